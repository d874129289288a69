import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { KubeObject } from '@sampan/resources/meta'
import type { Ingress } from '@sampan/resources/networking/ingress'
import type { Objects } from '../objects.ts'
import type { Admission } from './interfaces.ts'

/** The newest class that is marked as the default one; among equals the first by name. */
function defaultOf(objects: Objects, kind: { group: string; plural: string }, mark: string): string | undefined {
  const marked = objects.list<KubeObject>(kind).filter(({ metadata }) => metadata.annotations?.[mark] === 'true')
  const newest = marked.toSorted((a, b) =>
    (b.metadata.creationTimestamp ?? '') > (a.metadata.creationTimestamp ?? '') ? 1 : -1,
  )
  return newest[0]?.metadata.name
}

/** A claim that names no storage class gets the default one; one that names `""` wants none. */
export const defaultStorageClass: Admission = {
  name: 'DefaultStorageClass',
  kinds: ['persistentvolumeclaims'],
  concerns: ({ operation, subresource }) => operation === 'CREATE' && subresource === undefined,
  mutate({ object, objects }) {
    const { spec, metadata } = object as PersistentVolumeClaim
    if (spec.storageClassName !== undefined || metadata.annotations?.['volume.beta.kubernetes.io/storage-class']) return
    const name = defaultOf(
      objects,
      { group: 'storage.k8s.io', plural: 'storageclasses' },
      'storageclass.kubernetes.io/is-default-class',
    )
    if (name) spec.storageClassName = name
  },
}

/** An Ingress that names no class gets the default one. */
export const defaultIngressClass: Admission = {
  name: 'DefaultIngressClass',
  kinds: ['ingresses.networking.k8s.io'],
  concerns: ({ operation, subresource }) => operation === 'CREATE' && subresource === undefined,
  mutate({ object, objects }) {
    const { spec, metadata } = object as Ingress
    if (spec.ingressClassName !== undefined || metadata.annotations?.['kubernetes.io/ingress.class']) return
    const name = defaultOf(
      objects,
      { group: 'networking.k8s.io', plural: 'ingressclasses' },
      'ingressclass.kubernetes.io/is-default-class',
    )
    if (name) spec.ingressClassName = name
  },
}
