import { index } from '@sampan/control/controller'
import { type Plan, patch } from '@sampan/control/plan'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { controllerOf, ownerReference } from '@sampan/resources/owners'

export interface Claim<T extends KubeObject> {
  /** What the owner has now, adopted ones included. */
  owned: readonly T[]
  /** Adoptions and releases. */
  steps: Plan
}

/**
 * Takes in orphans that match and lets go of what no longer does. A released object lives on without its owner; what is
 * being deleted is neither adopted nor released, and an owner that is being deleted adopts nothing.
 */
export function claim<T extends KubeObject>(
  kind: Definition<T>,
  [ownerKind, owner]: readonly [Pick<Definition, 'group' | 'version' | 'kind'>, KubeObject],
  { owned, orphans, isMatch }: { owned: readonly T[]; orphans: readonly T[]; isMatch: (object: T) => boolean },
): Claim<T> {
  const release = owned.filter((object) => !isMatch(object) && !object.metadata.deletionTimestamp)
  const adopt = owner.metadata.deletionTimestamp
    ? []
    : orphans.filter((object) => isMatch(object) && !object.metadata.deletionTimestamp)
  const reference = ownerReference(ownerKind, owner)
  const change = (object: T, ownerReferences: unknown[]) =>
    patch(kind, object.metadata, { metadata: { uid: object.metadata.uid, ownerReferences } }, { unless: 'NotFound' })
  return {
    owned: [...owned.filter((object) => !release.includes(object)), ...adopt],
    steps: [
      ...release.map((object) => change(object, others(object, owner))),
      ...adopt.map((object) => change(object, [...(object.metadata.ownerReferences ?? []), reference])),
    ],
  }
}

const others = (object: KubeObject, owner: KubeObject) =>
  (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid)

/** An index of the objects nobody controls, by namespace. */
export const orphansOf = <T extends KubeObject>(kind: Definition<T>) =>
  index(kind, 'orphan', (object) => (controllerOf(object) ? [] : [object.metadata.namespace ?? '']))
