import type { KubeObject, OwnerReference } from '@sampan/resources/meta'

/** What is known of an owner: it is there, it is gone, it waits for its dependents, or its kind is not known (now). */
export type OwnerState = 'solid' | 'dangling' | 'waiting' | 'unknown'

export type Verdict =
  | { do: 'nothing' }
  /** Some owner is solid: the object stays and forgets the others. */
  | { do: 'forget'; uids: readonly string[] }
  | { do: 'remove'; propagation: 'Background' | 'Foreground' | 'Orphan' }

/**
 * What becomes of an object with owners. Any solid owner keeps it. With none it goes: in the foreground when an owner
 * waits and the object has dependents of its own, else as its own finalizers say. An owner of unknown kind keeps it:
 * nothing is thrown away on a guess.
 */
export function verdictOn(
  object: KubeObject,
  owners: readonly { uid: string; state: OwnerState }[],
  hasDependents: boolean,
): Verdict {
  if (owners.length === 0 || object.metadata.deletionTimestamp) return { do: 'nothing' }
  const inState = (state: OwnerState) => owners.filter((owner) => owner.state === state)
  if (inState('unknown').length > 0) return { do: 'nothing' }
  if (inState('solid').length > 0) {
    const uids = [...inState('dangling'), ...inState('waiting')].map(({ uid }) => uid)
    return uids.length > 0 ? { do: 'forget', uids } : { do: 'nothing' }
  }
  if (inState('waiting').length > 0 && hasDependents) return { do: 'remove', propagation: 'Foreground' }
  const { finalizers = [] } = object.metadata
  const propagation = finalizers.includes('orphan')
    ? 'Orphan'
    : finalizers.includes('foregroundDeletion')
      ? 'Foreground'
      : 'Background'
  return { do: 'remove', propagation }
}

export const isWaiting = ({ metadata }: KubeObject) =>
  metadata.deletionTimestamp !== undefined && !!metadata.finalizers?.includes('foregroundDeletion')

export const isOrphaning = ({ metadata }: KubeObject) =>
  metadata.deletionTimestamp !== undefined && !!metadata.finalizers?.includes('orphan')

export const isBlocking = (object: KubeObject, owner: string) =>
  !!object.metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === owner && blockOwnerDeletion)

export const ownersWithout = ({ metadata }: KubeObject, uids: readonly (string | undefined)[]): OwnerReference[] =>
  (metadata.ownerReferences ?? []).filter(({ uid }) => !uids.includes(uid))
