import { Group, SegmentedControl, Text, useMatches } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense } from 'react'
import { platform } from '../data/platform.ts'
import { useQueryState } from '../data/query-state.ts'
import { useTopology } from '../data/use-topology.ts'
import { useWords } from './language.tsx'
import { Loading } from './loaded.tsx'
import { TopologyList } from './topology-list.tsx'
import { TopologyPanel } from './topology-panel.tsx'
import './topology.css'
import { lazily } from './lazily.ts'

const Graph = lazily(() => import('./topology-graph.tsx'), 'TopologyGraph')

/**
 * A project as it runs: apps, routes, services, workloads, pods and volumes of one environment, as a picture or as a list.
 * Environment, form and what is looked at closely are in the address.
 */
export function Topology({ project }: { project: string }) {
  const { t } = useWords()
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const environments = projects.data?.find(({ name }) => name === project)?.environments ?? []
  const [chosen, choose] = useQueryState('environment')
  const [wantedView, setView] = useQueryState('view')
  const usual = useMatches({ base: 'list', sm: 'graph' }, { getInitialValueInEffect: false })
  const view = wantedView || usual
  const environment = environments.find((one) => one === chosen) ?? environments[0]
  return (
    <div>
      <Group justify="space-between" gap="xs" mb="sm">
        {environments.length > 1 ? (
          <SegmentedControl
            size="xs"
            aria-label={t('column.environment')}
            data={environments}
            value={environment ?? ''}
            onChange={(next) => choose(next === environments[0] ? '' : next)}
          />
        ) : (
          <span />
        )}
        <SegmentedControl
          size="xs"
          aria-label={t('topology.view')}
          data={[
            { value: 'graph', label: t('topology.graph') },
            { value: 'list', label: t('topology.list') },
          ]}
          value={view}
          onChange={setView}
        />
      </Group>
      {environment && (
        <Shown key={environment} project={project} environment={environment} isGraph={view === 'graph'} />
      )}
    </div>
  )
}

function Shown({ project, environment, isGraph }: { project: string; environment: string; isGraph: boolean }) {
  const { t } = useWords()
  const { topology, isLoaded } = useTopology(project, environment)
  const [chosen, choose] = useQueryState('node')
  if (!isLoaded) return <Loading />
  if (topology.nodes.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('topology.nothing')}
      </Text>
    )
  const node = topology.nodes.find(({ id }) => id === chosen)
  return (
    <>
      {isGraph ? (
        <Suspense fallback={<Loading />}>
          <Graph topology={topology} chosen={chosen} onChoose={choose} />
        </Suspense>
      ) : (
        <TopologyList topology={topology} chosen={chosen} onChoose={choose} />
      )}
      <TopologyPanel node={node} project={project} onClose={() => choose('')} />
    </>
  )
}
