import { Alert, Anchor, Breadcrumbs, Button, Group, Stack, Tabs, Text, Title } from '@mantine/core'
import { ExternalLinkIcon, UpdateIcon } from '@radix-ui/react-icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { type AppDetail, type AppRef, appPath, platform } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'
import { LogView } from '../../parts/log-view.tsx'
import { State } from '../../parts/state.tsx'
import { BuildLog } from './build-log.tsx'
import { Instances } from './instances.tsx'
import { Releases } from './releases.tsx'

/** One app: how it is and why, its releases and instances, and both logs. The tab is in the address. */
export function AppPage({ project, app }: AppRef) {
  const { t } = useWords()
  const detail = useQuery({
    queryKey: ['platform', 'app', project, app],
    queryFn: () => platform.app({ project, app }),
  })
  const [search, setSearch] = useSearchParams()
  return (
    <Stack>
      <Breadcrumbs>
        <Anchor component={Link} href="/">
          {t('apps.title')}
        </Anchor>
        <Anchor component={Link} href={`/?project=${project}`}>
          {project}
        </Anchor>
      </Breadcrumbs>
      <Loaded query={detail}>
        {(data) => (
          <>
            <Header data={data} project={project} app={app} />
            <Tabs
              value={search.get('tab') ?? 'overview'}
              onChange={(tab) => setSearch(tab ? { tab } : {})}
              keepMounted={false}
            >
              <Tabs.List mb="md">
                <Tabs.Tab value="overview">{t('app.overview')}</Tabs.Tab>
                <Tabs.Tab value="build">{t('app.buildLog')}</Tabs.Tab>
                <Tabs.Tab value="log">{t('app.log')}</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="overview">
                <Stack gap="xl">
                  <Instances data={data} project={project} app={app} />
                  <Releases data={data} project={project} app={app} />
                </Stack>
              </Tabs.Panel>
              <Tabs.Panel value="build">
                <BuildLog data={data} project={project} />
              </Tabs.Panel>
              <Tabs.Panel value="log">
                <LogView path={`${appPath({ project, app })}/logs?follow=true&tail=1000`} label={t('app.log')} />
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Loaded>
    </Stack>
  )
}

function Header({ data, project, app }: { data: AppDetail } & AppRef) {
  const { t } = useWords()
  const client = useQueryClient()
  const deploy = useMutation({
    mutationFn: () => platform.deploy({ project, app }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['platform'] }),
  })
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h2" className="name">
          {app}
        </Title>
        <Button
          variant="default"
          leftSection={<UpdateIcon width={16} height={16} />}
          loading={deploy.isPending}
          onClick={() => deploy.mutate()}
        >
          {t('app.deploy')}
        </Button>
      </Group>
      {data.environments.map((row) => (
        <Stack key={row.environment} gap="xs">
          <Group gap="sm">
            <Text fw={600}>{row.environment}</Text>
            <State value={row.state} />
            {row.release !== undefined && <Text c="dimmed">v{row.release}</Text>}
            {row.url && (
              <Anchor href={row.url} target="_blank" rel="noreferrer" className="name">
                {row.url} <ExternalLinkIcon width={14} height={14} aria-label={t('app.open')} />
              </Anchor>
            )}
          </Group>
          {row.reason && (
            <Alert color={row.state === 'failed' ? 'red' : 'orange'} variant="light">
              {row.reason}
            </Alert>
          )}
        </Stack>
      ))}
      {deploy.isError && <Failure error={deploy.error} />}
    </Stack>
  )
}
