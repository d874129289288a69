import { jsonEqual } from '@sampan/kit/json-equal'
import { dnsSubdomainProblems } from '@sampan/kit/names'
import { compareQuantities, findQuantity } from '@sampan/kit/quantity'
import { labelSelector, needed, optionalName, optionalOneOf, type Problems, quantity } from '../check.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
import type { PersistentVolume } from './persistent-volume.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts'

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

function* accessProblems(at: string, modes: string[] | undefined): Problems {
  if (!modes?.length) yield required(at, 'at least 1 access mode is required')
  for (const mode of modes ?? []) if (!accessModes.includes(mode)) yield notSupported(at, mode, accessModes)
  if (modes?.includes('ReadWriteOncePod') && modes.length > 1)
    yield forbiddenField(at, 'may not use ReadWriteOncePod with other access modes')
}

/** Of a claim, of a StatefulSet's claim template and of an ephemeral volume. */
export function* claimSpecProblems(at: string, spec: PersistentVolumeClaim['spec'] | undefined): Problems {
  yield* accessProblems(`${at}.accessModes`, spec?.accessModes)
  yield* labelSelector(`${at}.selector`, spec?.selector)
  const storage = spec?.resources?.requests?.storage
  if (storage === undefined) yield required(`${at}.resources[storage]`)
  else {
    yield* quantity(`${at}.resources[storage]`, storage)
    if (findQuantity(storage)?.nanos === 0n)
      yield invalidValue(`${at}.resources[storage]`, storage, 'must be greater than zero')
  }
  yield* optionalOneOf(`${at}.volumeMode`, spec?.volumeMode, volumeModes)
  if (spec?.storageClassName) yield* optionalName(`${at}.storageClassName`, spec.storageClassName, dnsSubdomainProblems)
  for (const field of ['dataSource', 'dataSourceRef'] as const) {
    const source = spec?.[field]
    if (!source) continue
    yield* needed(`${at}.${field}.name`, source.name)
    yield* needed(`${at}.${field}.kind`, source.kind)
    if (!source.apiGroup && source.kind && source.kind !== 'PersistentVolumeClaim' && field === 'dataSourceRef')
      yield invalidValue(
        `${at}.${field}`,
        source.kind,
        "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
      )
  }
}

export function* claimProblems(
  claim: PersistentVolumeClaim,
  old?: PersistentVolumeClaim,
  subresource?: string,
): Problems {
  if (subresource === 'status') return
  yield* claimSpecProblems('spec', claim.spec)
  if (!old) return
  // A claim may be bound, may grow, and may get a class when it had none.
  const steady = ({ spec }: PersistentVolumeClaim, other: PersistentVolumeClaim) => ({
    ...spec,
    resources: undefined,
    volumeAttributesClassName: undefined,
    volumeName: spec.volumeName || other.spec.volumeName,
    storageClassName: spec.storageClassName ?? other.spec.storageClassName,
  })
  if (!jsonEqual(steady(claim, old), steady(old, old.spec.volumeName ? old : claim)))
    yield forbiddenField(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    )
  const [was, is] = [old.spec.resources?.requests?.storage, claim.spec.resources?.requests?.storage]
  if (was && is && findQuantity(is) && findQuantity(was) && compareQuantities(is, was) < 0)
    yield forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity')
}

const reclaimPolicies = ['Delete', 'Recycle', 'Retain']
/** Fields of a PersistentVolume's spec that are no source. */
const plainFields = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
])

export function* volumeObjectProblems(volume: PersistentVolume, old?: PersistentVolume): Problems {
  const { spec } = volume
  yield* accessProblems('spec.accessModes', spec.accessModes)
  if (!spec.capacity || Object.keys(spec.capacity).length === 0) yield required('spec.capacity')
  else if (spec.capacity.storage === undefined || Object.keys(spec.capacity).length > 1)
    yield notSupported('spec.capacity', spec.capacity, ['storage'])
  yield* quantity('spec.capacity[storage]', spec.capacity?.storage)
  const sources = Object.keys(spec).filter((key) => !plainFields.has(key) && spec[key as keyof typeof spec])
  if (sources.length === 0) yield required('spec', 'must specify a volume type')
  for (const source of sources.slice(1))
    yield forbiddenField(`spec.${source}`, 'may not specify more than 1 volume type')
  if (spec.hostPath && !spec.hostPath.path) yield required('spec.hostPath.path')
  if (spec.hostPath?.path && /^\/+$/.test(spec.hostPath.path) && spec.persistentVolumeReclaimPolicy === 'Recycle')
    yield forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  if (spec.csi) {
    yield* needed('spec.csi.driver', spec.csi.driver)
    yield* needed('spec.csi.volumeHandle', spec.csi.volumeHandle)
  }
  if (spec.local && !spec.nodeAffinity) yield required('spec.nodeAffinity', 'Local volume requires node affinity')
  yield* optionalOneOf('spec.persistentVolumeReclaimPolicy', spec.persistentVolumeReclaimPolicy, reclaimPolicies)
  yield* optionalOneOf('spec.volumeMode', spec.volumeMode, volumeModes)
  if (!old) return
  for (const source of sources) {
    const key = source as keyof typeof spec
    if (!jsonEqual(spec[key], old.spec[key]))
      yield forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation')
  }
  if (spec.volumeMode !== old.spec.volumeMode)
    yield invalidValue('spec.volumeMode', spec.volumeMode, 'field is immutable')
}
