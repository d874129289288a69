import { Button, Group, SegmentedControl, Select, Stack, Text } from '@mantine/core'
import type { ReleaseRow } from '@sampan/resources/sampan/rows'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { bringBack } from '../../actions/app.ts'
import { type AppDetail, type AppRef, platform } from '../../data/platform.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { CodeView } from '../../parts/code-view.tsx'
import { DiffView } from '../../parts/diff-view.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'
import { ReleaseTable } from './release-table.tsx'

/** All releases; one of them looked at (`?show=`), as its YAML or as what differs from another (`&with=`). */
export function Releases({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const [search] = useSearchParams()
  const shown = data.releases.find(({ number }) => number === Number(search.get('show')))
  if (data.releases.length === 0) return <Empty title={t('app.noReleases')}>{t('app.noReleasesHelp')}</Empty>
  return (
    <Stack gap="xl">
      {shown && <Release key={shown.number} release={shown} all={data.releases} project={project} app={app} />}
      <ReleaseTable releases={data.releases} project={project} app={app} />
    </Stack>
  )
}

function Release({ release, all, project, app }: AppRef & { release: ReleaseRow; all: readonly ReleaseRow[] }) {
  const { t, said } = useWords()
  const [search, setSearch] = useSearchParams()
  const view = search.get('view') ?? 'diff'
  const set = (changes: Record<string, string | null>) =>
    setSearch((now) => {
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) now.delete(key)
        else now.set(key, value)
      }
      return now
    })
  const others = all.filter(({ number }) => number !== release.number)
  const other = Number(search.get('with')) || others.find(({ number }) => number < release.number)?.number
  return (
    <Section
      title={t('release.title', { number: release.number })}
      actions={
        <>
          <ActionButton
            action={bringBack(release.number, all.find(({ serving }) => serving.length > 0)?.number)}
            target={{
              project,
              app,
              number: release.number,
              environment: release.rollouts[0]?.environment,
              isServing: release.serving.length > 0,
            }}
          />
          <Button variant="subtle" color="gray" onClick={() => set({ show: null, with: null, view: null })}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      <Stack gap="sm">
        <Text size="xs" c="dimmed" ff="monospace" className="name">
          {release.image}
        </Text>
        {release.rollouts
          .filter(({ reason }) => reason)
          .map(({ name, environment, reason }) => (
            <Text key={name} size="sm" className="name">
              {environment}: {said(reason ?? '')}
            </Text>
          ))}
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            value={view}
            onChange={(value) => set({ view: value })}
            data={[
              { value: 'diff', label: t('release.diff') },
              { value: 'yaml', label: t('release.yaml') },
            ]}
          />
          {view === 'diff' && others.length > 0 && (
            <Select
              size="xs"
              w={150}
              aria-label={t('release.compare')}
              data={others.map(({ number }) => ({ value: String(number), label: t('release.against', { number }) }))}
              value={other ? String(other) : null}
              onChange={(value) => set({ with: value })}
              allowDeselect={false}
            />
          )}
        </Group>
        {view === 'yaml' ? (
          <Yaml project={project} app={app} number={release.number} />
        ) : (
          <Difference project={project} app={app} number={release.number} other={other} />
        )}
      </Stack>
    </Section>
  )
}

function Difference({ project, app, number, other }: AppRef & { number: number; other?: number }) {
  const diff = useQuery({
    queryKey: ['diff', project, app, number, other],
    queryFn: () => platform.diff({ project, app }, number, other),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Loaded query={diff}>
      {({ environments }) =>
        environments.map((one) => (
          <div key={one.name}>
            <Text size="xs" fw={600} mb={4}>
              {one.name}
            </Text>
            <DiffView diff={one.diff} label={one.name} />
          </div>
        ))
      }
    </Loaded>
  )
}

function Yaml({ project, app, number }: AppRef & { number: number }) {
  const release = useQuery({
    queryKey: ['release', project, app, number],
    queryFn: () => platform.release({ project, app }, number),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Loaded query={release}>
      {({ spec }) =>
        spec.environments.map(({ name, yaml }) => (
          <div key={name}>
            <Text size="xs" fw={600} mb={4}>
              {name}
            </Text>
            <CodeView text={yaml} label={name} />
          </div>
        ))
      }
    </Loaded>
  )
}
