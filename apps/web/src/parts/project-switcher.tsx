import { CaretSortIcon, PlusIcon } from '@radix-ui/react-icons'
import { useLocation } from 'wouter'
import { newProject } from '../actions/project.ts'
import { projectHref } from '../data/paths.ts'
import { useMay } from '../data/permissions.ts'
import { useActions } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { MenuButton, MenuItems } from './menu.tsx'

interface Props {
  project: string
  projects: readonly string[]
}

/** Which project the lines below are about; another one is a click away. */
export function ProjectSwitcher({ project, projects }: Props) {
  const { t } = useWords()
  return (
    <MenuButton className="switcher" isWide items={<Projects project={project} projects={projects} />}>
      <span className="grow">
        <span className="switcher-title">{t('shell.project')}</span>
        <span className="switcher-name">{project}</span>
      </span>
      <CaretSortIcon />
    </MenuButton>
  )
}

function Projects({ project, projects }: Props) {
  const { t } = useWords()
  const [, go] = useLocation()
  const { start } = useActions()
  const mayCreate = useMay(newProject.right?.())
  const create = { key: ' new', label: t('project.new'), icon: PlusIcon, run: () => void start(newProject, undefined) }
  const entries = [
    ...projects.map((name) => ({
      key: name,
      label: name,
      isChosen: name === project,
      run: () => go(projectHref(name)),
    })),
    ...(mayCreate ? ['divider' as const, create] : []),
  ]
  return <MenuItems entries={entries} />
}
