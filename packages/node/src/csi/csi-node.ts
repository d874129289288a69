import type { Client } from '@sampan/client/client'
import { jsonEqual } from '@sampan/kit/json-equal'
import { node as nodeKind } from '@sampan/resources/core/node'
import { isReason } from '@sampan/resources/errors'
import { type CsiNode, csiNode } from '@sampan/resources/storage/csi-node'
import type { Driver } from './drivers.ts'

type Entries = NonNullable<CsiNode['spec']['drivers']>

const entriesOf = (drivers: readonly Driver[]): Entries =>
  drivers
    .map(({ name, nodeID, topology, mostVolumes }) => ({
      name,
      nodeID,
      topologyKeys: Object.keys(topology),
      ...(mostVolumes > 0 && { allocatable: { count: mostVolumes } }),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))

const idsAnnotation = 'csi.volume.kubernetes.io/nodeid'

/** Says in the API which storage drivers this node has, where schedulers, attachers and provisioners look for it. */
export async function tellDrivers(client: Client, nodeName: string, drivers: readonly Driver[]): Promise<void> {
  const own = await client.get(nodeKind, { name: nodeName })
  const ids = Object.fromEntries(drivers.map(({ name, nodeID }) => [name, nodeID]))
  const labels = Object.assign({}, ...drivers.map(({ topology }) => topology)) as Record<string, string>
  const annotation = drivers.length > 0 ? JSON.stringify(ids) : null
  const isTold =
    (own.metadata.annotations?.[idsAnnotation] ?? null) === annotation &&
    Object.entries(labels).every(([key, value]) => own.metadata.labels?.[key] === value)
  if (!isTold)
    await client.patch(
      nodeKind,
      { name: nodeName },
      { metadata: { labels, annotations: { [idsAnnotation]: annotation } } },
    )
  const wanted = entriesOf(drivers)
  for (;;) {
    try {
      const found = await client.find(csiNode, { name: nodeName })
      if (found) {
        if (jsonEqual(found.spec.drivers ?? [], wanted)) return
        await client.update(csiNode, { ...found, spec: { drivers: wanted } })
      } else if (wanted.length > 0)
        await client.create(csiNode, {
          metadata: {
            name: nodeName,
            ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: own.metadata.uid! }],
          },
          spec: { drivers: wanted },
        } as never)
      return
    } catch (error) {
      if (!isReason(error, 'Conflict') && !isReason(error, 'AlreadyExists')) throw error
    }
  }
}
