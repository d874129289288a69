import { Anchor, Button, Card, Group, Select, Stack, Text, Title } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { PlusIcon } from '@radix-ui/react-icons'
import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { type AppRow, platform } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { State } from '../../parts/state.tsx'
import { AddApp } from './add-app.tsx'

/** All apps the person may see, or those of one project (`?project=`), with state and address. */
export function AppsPage() {
  const { t } = useWords()
  const [search, setSearch] = useSearchParams()
  const project = search.get('project') ?? undefined
  const apps = useQuery({ queryKey: ['platform', 'apps', project], queryFn: () => platform.apps(project) })
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const [isAdding, adding] = useDisclosure()
  const add = (
    <Button leftSection={<PlusIcon width={16} height={16} />} onClick={adding.open}>
      {t('add.title')}
    </Button>
  )
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h2">
          {t('apps.title')}
        </Title>
        <Group gap="xs">
          <Select
            aria-label={t('add.project')}
            w={180}
            placeholder={t('common.allProjects')}
            data={projects.data?.map(({ name }) => name) ?? []}
            value={project ?? null}
            onChange={(name) => setSearch(name ? { project: name } : {})}
            clearable
          />
          {add}
        </Group>
      </Group>
      <Loaded
        query={apps}
        isEmpty={(rows) => rows.length === 0}
        empty={
          <Card withBorder padding="xl" radius="md">
            <Stack align="center" gap="xs">
              <Title order={2} size="h4">
                {t('apps.empty')}
              </Title>
              <Text c="dimmed" ta="center">
                {t('apps.emptyHelp')}
              </Text>
              {add}
            </Stack>
          </Card>
        }
      >
        {(rows) => (
          <div className="cards">
            {rows.map((row) => (
              <AppCard key={`${row.project}/${row.name}/${row.environment}`} row={row} />
            ))}
          </div>
        )}
      </Loaded>
      <AddApp opened={isAdding} onClose={adding.close} project={project ?? projects.data?.[0]?.name ?? 'demo'} />
    </Stack>
  )
}

function AppCard({ row }: { row: AppRow }) {
  const { t } = useWords()
  return (
    <Card withBorder radius="md" padding="md">
      <Group justify="space-between" wrap="nowrap" align="start">
        <div className="grow">
          <Anchor component={Link} href={`/projects/${row.project}/apps/${row.name}`} fw={600} className="name">
            {row.name}
          </Anchor>
          <Text size="xs" c="dimmed">
            {row.project} · {row.environment}
          </Text>
        </div>
        <State value={row.state} />
      </Group>
      {row.url && (
        <Anchor href={row.url} target="_blank" rel="noreferrer" size="sm" className="name" mt="xs" display="block">
          {row.url}
        </Anchor>
      )}
      {row.reason && (
        <Text size="sm" mt="xs">
          {row.reason}
        </Text>
      )}
      <Group gap="lg" mt="xs">
        <Text size="xs" c="dimmed">
          {t('column.release')} {row.release === undefined ? '–' : `v${row.release}`}
        </Text>
        <Text size="xs" c="dimmed">
          {t('column.instances')} {row.ready ?? 0}/{row.replicas ?? 0}
        </Text>
      </Group>
    </Card>
  )
}
