import type { KubeObject } from '@sampan/resources/meta'
import { api } from './api.ts'
import { type ApiKind, apiPath } from './discovery.ts'

export interface Owned {
  kind: ApiKind
  object: KubeObject
}

const metadataOnly = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json'

/** Everything in the namespace that names `uid` as its owner, of kinds the user may list; refused kinds are left out. */
export async function ownedBy(
  all: readonly ApiKind[],
  { uid, namespace }: { uid: string; namespace?: string },
  signal: AbortSignal,
): Promise<Owned[]> {
  const kinds = all.filter(
    ({ isPreferred, isNamespaced, verbs, plural }) =>
      isPreferred && verbs.includes('list') && (isNamespaced || !namespace) && plural !== 'events',
  )
  const found = await Promise.all(
    kinds.map(async (kind) => {
      try {
        const { items } = await api<{ items: KubeObject[] }>(`/kube${apiPath(kind, { namespace })}?limit=2000`, {
          accept: metadataOnly,
          signal,
        })
        return items.filter((object) => isOwned(object, uid)).map((object) => ({ kind, object }))
      } catch (error) {
        if (signal.aborted) throw error
        return [] // refused: not the user's to see
      }
    }),
  )
  return found.flat()
}

export const isOwned = ({ metadata: { ownerReferences } }: KubeObject, uid: string): boolean =>
  ownerReferences?.some((owner) => owner.uid === uid) ?? false
