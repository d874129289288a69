import { Anchor, Group, Text } from '@mantine/core'
import { Link } from 'wouter'
import { objectActions } from '../../actions/object.ts'
import { conditionsOf, verdictOf } from '../../data/condition.ts'
import { kindByWord, objectPath } from '../../data/discovery.ts'
import { useObjects } from '../../data/live.ts'
import { type NodeLike, sharesOf } from '../../data/node.ts'
import { useNodeMetrics } from '../../data/node-metrics.ts'
import { targetOf } from '../../data/object.ts'
import type { PodLike } from '../../data/pod.ts'
import { useKnownKinds } from '../../data/use-kinds.ts'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { KubeState } from '../../parts/kube-state.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { ShareBar } from '../../parts/share-bar.tsx'
import '../../parts/objects.css'

const nodes = { plural: 'nodes', group: '' }

/** The machines: how each is, what it has and what is used of it. */
export function Page() {
  const { t } = useWords()
  const all = useObjects<NodeLike>({ path: '/api/v1/nodes' })
  const pods = useObjects<PodLike>({ path: '/api/v1/pods' })
  const metrics = useNodeMetrics(all.items)
  const kind = kindByWord(useKnownKinds(), 'nodes')
  return (
    <Frame title={t('cluster.nodes')}>
      <Loaded query={all}>
        {(items) => (
          <div className="stack">
            {items.map((node) => {
              const { name } = node.metadata
              const own = pods.items.filter(({ spec }) => spec?.nodeName === name)
              const bad = conditionsOf(node).filter((one) => verdictOf(one) === 'bad')
              return (
                <article key={name} className="box" aria-label={name}>
                  <Group justify="space-between" wrap="nowrap" mb="xs">
                    <Group gap="xs" className="grow">
                      <Anchor component={Link} href={objectPath(nodes, { name })} fw={600} className="name">
                        {name}
                      </Anchor>
                      <KubeState value={stateOf(node)} />
                      {bad
                        .filter(({ type }) => type !== 'Ready')
                        .map(({ type }) => (
                          <KubeState key={type} value={type} />
                        ))}
                    </Group>
                    {kind && (
                      <ActionMenu
                        actions={objectActions}
                        target={targetOf(kind, node)}
                        label={`${t('common.more')}: ${name}`}
                      />
                    )}
                  </Group>
                  <div className="shares">
                    {sharesOf(node, own, metrics.get(name)).map((share) => (
                      <ShareBar key={share.resource} share={share} />
                    ))}
                  </div>
                  <Text size="xs" c="dimmed" mt="sm" className="name">
                    {factsOf(node).join(' · ')}
                  </Text>
                </article>
              )
            })}
          </div>
        )}
      </Loaded>
    </Frame>
  )
}

function stateOf(node: NodeLike): string {
  const ready = conditionsOf(node).find(({ type }) => type === 'Ready')
  const state = ready?.status === 'True' ? 'Ready' : ready?.status === 'False' ? 'NotReady' : 'Unknown'
  return node.spec?.unschedulable ? `${state},SchedulingDisabled` : state
}

const factsOf = ({ status = {} }: NodeLike): string[] => {
  const { nodeInfo: info = {}, addresses = [] } = status
  return [
    addresses.find(({ type }) => type === 'InternalIP')?.address,
    info.kubeletVersion,
    info.osImage,
    info.kernelVersion,
    info.containerRuntimeVersion,
    info.architecture,
  ].filter((one): one is string => Boolean(one))
}
