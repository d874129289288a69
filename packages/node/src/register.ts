import { isDeepStrictEqual } from 'node:util'
import type { Client } from '@sampan/client/client'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'
import { lease } from '@sampan/resources/coordination/lease'
import { type Node, node } from '@sampan/resources/core/node'
import { isReason } from '@sampan/resources/errors'
import type { Host } from './host.ts'
import { type NodeChange, nodeChanges } from './node-changes.ts'
import { type NodeFacts, nodeLabels, nodeStatus } from './node-status.ts'

export interface Registration {
  client: Client
  clock: Clock
  log: Log
  nodeName: string
  podCIDR: string
  host: Host
  tell(change: NodeChange): void
  facts(): Promise<Omit<NodeFacts, 'host' | 'now'>>
}

/** Told even when nothing changed, so that everybody sees the agent lives. */
const heartbeatMs = 5 * 60_000
const leaseNamespace = 'kube-node-lease'
const leaseSeconds = 40

/** Creates the Node object, or brings its labels up to date, and writes its status. */
export async function registerNode(registration: Registration): Promise<Node> {
  const { client, nodeName, host, podCIDR } = registration
  const labels = nodeLabels(host)
  const found = await client.find(node, { name: nodeName })
  if (!found) {
    await client
      .create(node, {
        metadata: { name: nodeName, labels: { ...labels, 'kubernetes.io/hostname': nodeName } },
        spec: { podCIDR, podCIDRs: [podCIDR] },
      })
      .catch((error: unknown) => {
        if (!isReason(error, 'AlreadyExists')) throw error
      })
  } else {
    const missing = Object.entries({ ...labels, 'kubernetes.io/hostname': nodeName }).some(
      ([key, value]) => found.metadata.labels?.[key] !== value,
    )
    if (missing)
      await client.patch(
        node,
        { name: nodeName },
        { metadata: { labels: { ...labels, 'kubernetes.io/hostname': nodeName } } },
      )
  }
  return reportNode(registration)
}

/** Writes the node's status when it differs, or when the last word is old. */
export async function reportNode({ client, clock, nodeName, host, tell, facts }: Registration): Promise<Node> {
  const known = await facts()
  for (;;) {
    const current = await client.get(node, { name: nodeName })
    const status = nodeStatus(current.status, { ...known, host, now: clock.now() })
    if (!isDue(current.status, status, clock.now())) return current
    try {
      const written = await client.updateStatus(node, { ...current, status })
      for (const change of nodeChanges(nodeName, current.status, status)) tell(change)
      return written
    } catch (error) {
      if (!isReason(error, 'Conflict')) throw error
    }
  }
}

type Status = Node['status']

function isDue(before: Status, next: Status, now: Date): boolean {
  const told = before?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime
  if (!told || now.getTime() - Date.parse(String(told)) >= heartbeatMs) return true
  return !isDeepStrictEqual(withoutHeartbeats(before), withoutHeartbeats(next))
}

const withoutHeartbeats = (status: Status) => ({
  ...status,
  conditions: status?.conditions?.map(({ lastHeartbeatTime: _, ...rest }) => rest),
})

/** Says that the agent lives: whoever watches the lease needs no node status for it. */
export async function renewLease({ client, clock, nodeName }: Registration, owner: Node): Promise<void> {
  const at = { namespace: leaseNamespace, name: nodeName }
  const renewTime = clock.now().toISOString().replace('Z', '000Z')
  const spec = { holderIdentity: nodeName, leaseDurationSeconds: leaseSeconds, renewTime }
  const found = await client.find(lease, at)
  if (found) {
    await client.update(lease, { ...found, spec: { ...found.spec, ...spec } as never })
    return
  }
  await client.create(lease, {
    metadata: {
      ...at,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: owner.metadata.uid! }],
    },
    spec: spec as never,
  })
}
