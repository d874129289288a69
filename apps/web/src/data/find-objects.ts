import type { KubeObject } from '@sampan/resources/meta'
import { api } from './api.ts'
import { type ApiKind, kinds, objectPath } from './discovery.ts'

export interface Found {
  kind: ApiKind
  namespace?: string
  name: string
  href: string
}

const perKind = 2_000
/** Kinds nobody looks for by name. */
const unsought = new Set([
  'events',
  'endpoints',
  'endpointslices',
  'leases',
  'componentstatuses',
  'controllerrevisions',
  'pods/log',
])

/** Every object the user may see, by name only: what the palette searches. Kinds that are refused are left out. */
export async function findObjects(signal: AbortSignal): Promise<Found[]> {
  const wanted = (await kinds(signal)).filter(
    (kind) => kind.verbs.includes('list') && !unsought.has(kind.plural) && kind.isPreferred,
  )
  const lists = await Promise.all(wanted.map((kind) => namesOf(kind, signal).catch(() => [])))
  return lists.flat()
}

async function namesOf(kind: ApiKind, signal: AbortSignal): Promise<Found[]> {
  const { items } = await api<{ items: KubeObject[] }>(`/kube${kind.path}?limit=${perKind}`, {
    accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
    signal,
  })
  return items.map(({ metadata: { name, namespace } }) => ({
    kind,
    name,
    ...(namespace && { namespace }),
    href: objectPath(kind, { name, namespace }),
  }))
}
