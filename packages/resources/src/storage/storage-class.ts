import type { V1StorageClass } from '@kubernetes/client-node'
import { qualifiedNameProblems } from '@sampan/kit/names'
import { immutable, named, needed, oneOf, optionalOneOf, type Problems } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { duplicate, required } from '../problem.ts'

export type StorageClass = BuiltIn<V1StorageClass>

export const storageClass = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  answersDeleted: true,
  defaults: (one) => void fill(one, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  columns: [
    { name: 'Provisioner', value: (one) => one.provisioner },
    { name: 'ReclaimPolicy', value: (one) => one.reclaimPolicy ?? 'Delete' },
    { name: 'VolumeBindingMode', value: (one) => one.volumeBindingMode ?? '<unset>' },
    { name: 'AllowVolumeExpansion', value: (one) => one.allowVolumeExpansion ?? false },
    age,
  ],
  validate: (one, old) => [
    ...needed('provisioner', one.provisioner),
    ...optionalOneOf('reclaimPolicy', one.reclaimPolicy, ['Delete', 'Retain']),
    ...oneOf('volumeBindingMode', one.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
    ...topologyProblems(one.allowedTopologies),
    ...(old
      ? [
          ...immutable('parameters', one.parameters, old.parameters),
          ...immutable('provisioner', one.provisioner, old.provisioner),
          ...immutable('reclaimPolicy', one.reclaimPolicy, old.reclaimPolicy),
          ...immutable('volumeBindingMode', one.volumeBindingMode, old.volumeBindingMode),
        ]
      : []),
  ],
  displayName: (one) => `${one.metadata.name}${isDefaultClass(one) ? ' (default)' : ''}`,
})

function* topologyProblems(terms: StorageClass['allowedTopologies']): Problems {
  for (const [index, term] of (terms ?? []).entries()) {
    const keys = new Set<string>()
    for (const [place, { key, values }] of (term.matchLabelExpressions ?? []).entries()) {
      const at = `allowedTopologies[${index}].matchLabelExpressions[${place}]`
      if (!values?.length) yield required(`${at}.values`)
      for (const [which, value] of (values ?? []).entries())
        if (values.indexOf(value) < which) yield duplicate(`${at}.values[${which}]`, value)
      yield* named(`${at}.key`, key, qualifiedNameProblems)
      if (keys.has(key)) yield duplicate(`${at}.key`, key)
      keys.add(key)
    }
  }
}

/** Claims that name no class get this one. */
export const isDefaultClass = ({ metadata }: StorageClass) =>
  metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true' ||
  metadata.annotations?.['storageclass.beta.kubernetes.io/is-default-class'] === 'true'
