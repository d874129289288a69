import type { Admission } from './interfaces.ts'

const finalizers: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
}

/** Claims and volumes that are in use outlive their deletion: a controller removes the finalizer. */
export const storageProtection: Admission = {
  name: 'StorageObjectInUseProtection',
  kinds: Object.keys(finalizers),
  concerns: ({ operation, subresource }) => operation === 'CREATE' && subresource === undefined,
  mutate({ object, definition }) {
    const { metadata } = object!
    const finalizer = finalizers[definition.plural]!
    if (!metadata.finalizers?.includes(finalizer)) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer]
  },
}
