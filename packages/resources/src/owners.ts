import { apiVersionOf, type Definition } from './define.ts'
import type { KubeObject, OwnerReference } from './meta.ts'

/** The owner that manages the object, at most one. */
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller)

/** Whether `owner` manages `object`; names can be reused, so the uid decides. */
export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean =>
  owner.metadata.uid !== undefined && controllerOf(object)?.uid === owner.metadata.uid

/** Whether `owner` is among the object's owners, managing or not. */
export const ownedBy = (object: KubeObject, owner: KubeObject): boolean =>
  owner.metadata.uid !== undefined &&
  (object.metadata.ownerReferences?.some((one) => one.uid === owner.metadata.uid) ?? false)

type Kind = Pick<Definition, 'group' | 'version' | 'kind'>

/** Names a managing owner; its deletion in the foreground waits for the object. */
export const ownerReference = (kind: Kind, owner: KubeObject): OwnerReference => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
})
