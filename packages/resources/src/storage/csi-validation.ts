import { dnsSubdomainProblems } from '@sampan/kit/names'
import { immutable, labelSelector, needed, optionalOneOf, type Problems, quantity } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required, tooLong } from '../problem.ts'
import type { CsiDriver } from './csi-driver.ts'
import type { CsiNode } from './csi-node.ts'
import type { CsiStorageCapacity } from './csi-storage-capacity.ts'
import type { VolumeAttachment } from './volume-attachment.ts'

const longestDriver = 63

/** Letters of both cases, unlike other names. */
function* driverName(at: string, name: string | undefined): Problems {
  if (!name) {
    yield required(at)
    return
  }
  if (name.length > longestDriver) yield tooLong(at, longestDriver)
  for (const why of dnsSubdomainProblems(name.toLowerCase())) yield invalidValue(at, name, why)
}

export function* csiDriverProblems({ metadata, spec }: CsiDriver, old?: CsiDriver): Problems {
  yield* driverName('metadata.name', metadata.name)
  if (old) {
    yield* immutable('spec.attachRequired', spec.attachRequired, old.spec.attachRequired)
    yield* immutable('spec.volumeLifecycleModes', spec.volumeLifecycleModes, old.spec.volumeLifecycleModes)
  }
  yield* optionalOneOf('spec.fsGroupPolicy', spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType'])
  for (const mode of spec.volumeLifecycleModes ?? [])
    if (mode !== 'Persistent' && mode !== 'Ephemeral')
      yield notSupported('spec.volumeLifecycleModes', mode, ['Ephemeral', 'Persistent'])
  const audiences = new Set<string>()
  for (const [index, { audience, expirationSeconds }] of (spec.tokenRequests ?? []).entries()) {
    const at = `spec.tokenRequests[${index}]`
    if (audiences.has(audience)) yield duplicate(`${at}.audience`, audience)
    audiences.add(audience)
    if (expirationSeconds !== undefined && expirationSeconds < 600)
      yield invalidValue(
        `${at}.expirationSeconds`,
        expirationSeconds,
        'may not specify a duration less than 10 minutes',
      )
    if (expirationSeconds !== undefined && expirationSeconds > 2 ** 32)
      yield invalidValue(
        `${at}.expirationSeconds`,
        expirationSeconds,
        'may not specify a duration larger than 2^32 seconds',
      )
  }
  const period = spec.nodeAllocatableUpdatePeriodSeconds
  if (period !== undefined && period < 10)
    yield invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds')
}

export function* csiNodeProblems({ spec }: CsiNode, old?: CsiNode): Problems {
  const names = new Set<string>()
  for (const [index, driver] of (spec.drivers ?? []).entries()) {
    const at = `spec.drivers[${index}]`
    yield* driverName(`${at}.name`, driver.name)
    if (names.has(driver.name)) yield duplicate(`${at}.name`, driver.name)
    names.add(driver.name)
    yield* needed(`${at}.nodeID`, driver.nodeID)
    if (driver.nodeID && driver.nodeID.length > 256) yield tooLong(`${at}.nodeID`, 256)
    if (driver.allocatable?.count !== undefined && driver.allocatable.count < 0)
      yield invalidValue(`${at}.allocatable.count`, driver.allocatable.count, 'must be greater than or equal to 0')
    const keys = driver.topologyKeys ?? []
    for (const [place, key] of keys.entries()) {
      if (!key) yield required(`${at}.topologyKeys[${place}]`)
      if (keys.indexOf(key) !== place) yield duplicate(`${at}.topologyKeys[${place}]`, key)
    }
    const before = old?.spec.drivers?.find(({ name }) => name === driver.name)
    if (before && before.nodeID !== driver.nodeID) yield forbiddenField(`${at}.nodeID`, 'field is immutable')
  }
}

export function* csiCapacityProblems(one: CsiStorageCapacity, old?: CsiStorageCapacity): Problems {
  if (one.storageClassName)
    for (const why of dnsSubdomainProblems(one.storageClassName))
      yield invalidValue('storageClassName', one.storageClassName, why)
  else yield required('storageClassName')
  yield* labelSelector('nodeTopology', one.nodeTopology)
  yield* quantity('capacity', one.capacity)
  yield* quantity('maximumVolumeSize', one.maximumVolumeSize)
  if (!old) return
  yield* immutable('nodeTopology', one.nodeTopology, old.nodeTopology)
  yield* immutable('storageClassName', one.storageClassName, old.storageClassName)
}

export function* attachmentProblems({ spec }: VolumeAttachment, old?: VolumeAttachment): Problems {
  yield* driverName('spec.attacher', spec.attacher)
  yield* needed('spec.nodeName', spec.nodeName)
  const { persistentVolumeName, inlineVolumeSpec } = spec.source ?? {}
  if (!persistentVolumeName && !inlineVolumeSpec)
    yield required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  if (persistentVolumeName && inlineVolumeSpec)
    yield forbiddenField('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  if (old) yield* immutable('spec', spec, old.spec)
}
