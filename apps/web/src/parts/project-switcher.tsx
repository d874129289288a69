import { Menu, Text, UnstyledButton } from '@mantine/core'
import { CaretSortIcon, CheckIcon, PlusIcon } from '@radix-ui/react-icons'
import { useLocation } from 'wouter'
import { newProject } from '../actions/project.ts'
import { useMay } from '../data/permissions.ts'
import { useActions } from './action-provider.tsx'
import { useWords } from './language.tsx'

/** Which project the lines below are about; another one is a click away. */
export function ProjectSwitcher({ project, projects }: { project: string; projects: readonly string[] }) {
  const { t } = useWords()
  const [, go] = useLocation()
  const { start } = useActions()
  const mayCreate = useMay(newProject.right?.())
  return (
    <Menu position="bottom-start" width="target">
      <Menu.Target>
        <UnstyledButton className="switcher">
          <span className="grow">
            <Text size="xs" c="dimmed" span display="block" lh={1.3}>
              {t('shell.project')}
            </Text>
            <Text size="sm" fw={600} span display="block" truncate>
              {project}
            </Text>
          </span>
          <CaretSortIcon />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: 'auto' }}>
        {projects.map((name) => (
          <Menu.Item
            key={name}
            leftSection={<CheckIcon style={{ visibility: name === project ? 'visible' : 'hidden' }} />}
            onClick={() => go(`/projects/${encodeURIComponent(name)}`)}
          >
            {name}
          </Menu.Item>
        ))}
        {mayCreate && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<PlusIcon />} onClick={() => void start(newProject, undefined)}>
              {t('project.new')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
