import { Anchor, Select, Text } from '@mantine/core'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'wouter'
import { newestFirst, usePipelines } from '../../data/ours.ts'
import { pipelineHref, projectHref } from '../../data/paths.ts'
import { branchOf } from '../../data/refs.ts'
import { duration } from '../../data/when.ts'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { Cell, type TableColumn, VirtualTable } from '../../parts/virtual-table.tsx'
import { When } from '../../parts/when.tsx'

/** Every run of a project, newest first; those of one app with `?app=`. */
export function Page({ project }: { project: string }) {
  const { t, said } = useWords()
  const [search, setSearch] = useSearchParams()
  const app = search.get('app')
  const runs = usePipelines(project)
  const apps = [...new Set(runs.items.map(({ spec }) => spec.app))].toSorted()
  const shown = useMemo(
    () => runs.items.filter(({ spec }) => !app || spec.app === app).toSorted(newestFirst),
    [runs.items, app],
  )
  const columns: TableColumn<Pipeline>[] = [
    {
      key: 'run',
      title: t('column.app'),
      width: 'minmax(120px, 1.2fr)',
      cell: ({ metadata, spec }) => (
        <>
          <Anchor component={Link} href={pipelineHref(project, metadata.name)} size="sm" fw={600}>
            {spec.app} #{spec.number}
          </Anchor>
          <Text size="xs" c="dimmed" truncate className="phone-only">
            {spec.commit.message?.split('\n')[0] ?? spec.commit.sha.slice(0, 8)}
          </Text>
        </>
      ),
    },
    {
      key: 'state',
      title: t('column.state'),
      width: '130px',
      cell: ({ status }) => <State value={status?.state ?? 'pending'} size="sm" />,
    },
    {
      key: 'commit',
      title: t('column.commit'),
      width: 'minmax(0, 3fr)',
      hide: 1,
      cell: ({ spec, status }) => (
        <>
          <Text size="sm" truncate>
            {spec.commit.message?.split('\n')[0] ?? spec.commit.sha.slice(0, 8)}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {(status?.reason && said(status.reason)) ??
              [spec.commit.sha.slice(0, 8), branchOf(spec.commit.ref), spec.by].filter(Boolean).join(' · ')}
          </Text>
        </>
      ),
    },
    {
      key: 'took',
      title: t('column.duration'),
      width: '90px',
      hide: 2,
      cell: ({ status }) => <Cell dimmed>{duration(status?.startedAt, status?.finishedAt, Date.now()) ?? '–'}</Cell>,
    },
    {
      key: 'made',
      title: t('column.made'),
      width: '110px',
      hide: 1,
      cell: ({ metadata }) => (metadata.creationTimestamp ? <When time={metadata.creationTimestamp} /> : null),
    },
  ]
  return (
    <Frame
      title={t('pipeline.title')}
      trail={[
        { label: t('home.title'), href: '/' },
        { label: project, href: projectHref(project) },
      ]}
      actions={
        apps.length > 1 && (
          <Select
            size="xs"
            w={180}
            aria-label={t('column.app')}
            placeholder={t('common.all')}
            data={apps}
            value={app}
            onChange={(name) => setSearch(name ? { app: name } : {})}
            clearable
          />
        )
      }
    >
      <Loaded
        query={runs}
        isEmpty={() => shown.length === 0}
        empty={<Empty title={t('pipeline.empty')}>{t('pipeline.emptyHelp')}</Empty>}
      >
        {() => (
          <VirtualTable
            label={t('pipeline.title')}
            columns={columns}
            items={shown}
            keyOf={({ metadata }) => metadata.uid ?? metadata.name}
            hrefOf={({ metadata }) => pipelineHref(project, metadata.name)}
            rowHeight={54}
          />
        )}
      </Loaded>
    </Frame>
  )
}
