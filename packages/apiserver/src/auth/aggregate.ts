import type { Log } from '@sampan/kit/log'
import { selects } from '@sampan/kit/selectors'
import { pathOf } from '@sampan/resources/define'
import { type ClusterRole, clusterRole } from '@sampan/resources/rbac/cluster-role'
import type { Transport } from '@sampan/resources/transport'
import type { Objects } from '../objects.ts'
import { whenChanged } from './rbac.ts'

/** The rules of an aggregating ClusterRole: those of all roles its selectors match, by name, none twice. */
export function aggregatedRules(target: ClusterRole, all: readonly ClusterRole[]): NonNullable<ClusterRole['rules']> {
  const selectors = target.aggregationRule?.clusterRoleSelectors ?? []
  const parts = all
    .filter(
      ({ metadata }) =>
        metadata.name !== target.metadata.name && selectors.some((one) => selects(one, metadata.labels)),
    )
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  const rules = new Map<string, NonNullable<ClusterRole['rules']>[number]>()
  for (const rule of parts.flatMap((part) => part.rules ?? [])) rules.set(JSON.stringify(rule), rule)
  return [...rules.values()]
}

/** Keeps the rules of aggregating ClusterRoles as their parts say, until `signal`. */
export function keepAggregated({
  objects,
  transport,
  signal,
  log,
}: {
  objects: Objects
  transport: Transport
  signal: AbortSignal
  log: Log
}): void {
  let running = false
  let again = true
  const run = async () => {
    if (running) return
    running = true
    while (again && !signal.aborted) {
      again = false
      const all = objects.list<ClusterRole>(clusterRole)
      for (const target of all) {
        if (!target.aggregationRule) continue
        const rules = aggregatedRules(target, all)
        if (JSON.stringify(rules) !== JSON.stringify(target.rules ?? [])) await write(transport, target, rules, log)
      }
    }
    running = false
  }
  const changed = () => {
    again = true
    setImmediate(() => void run()) // several changes at once: one look
  }
  whenChanged(objects, signal, changed)
  changed()
}

async function write(transport: Transport, target: ClusterRole, rules: ClusterRole['rules'], log: Log) {
  const { status } = await transport.send({
    method: 'PATCH',
    path: `${pathOf(clusterRole, { name: target.metadata.name })}?fieldManager=clusterrole-aggregation-controller`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { resourceVersion: target.metadata.resourceVersion }, rules },
  })
  // Conflict or NotFound: somebody wrote it meanwhile, and that change makes us look again.
  if (status >= 300 && status !== 409 && status !== 404)
    log.warn('cluster role not aggregated', { name: target.metadata.name, status })
}
