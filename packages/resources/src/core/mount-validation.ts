import { optionalOneOf, type Problems, relativePath } from '../check.ts'
import { forbiddenField, invalidValue, required } from '../problem.ts'
import type { Pod } from './pod.ts'

type Container = Pod['spec']['containers'][number]
type Mount = NonNullable<Container['volumeMounts']>[number]
export type Volumes = ReadonlyMap<string, NonNullable<Pod['spec']['volumes']>[number]>

const propagations = ['Bidirectional', 'HostToContainer', 'None']

const notFound = (field: string, name: string) => ({
  reason: 'FieldValueNotFound' as const,
  field,
  message: `Not found: ${JSON.stringify(name)}`,
})

/** What a container mounts and which block devices it gets. Some fields are named without their index, as upstream does. */
export function* mountProblems(at: string, container: Container, volumes: Volumes): Problems {
  const { volumeMounts: mounts = [], volumeDevices: devices = [] } = container
  const seen = new Set<string>()
  for (const [index, mount] of mounts.entries()) {
    const here = `${at}.volumeMounts[${index}]`
    if (!mount.name) yield required(`${here}.name`)
    if (!volumes.has(mount.name)) yield notFound(`${here}.name`, mount.name ?? '')
    if (!mount.mountPath) yield required(`${here}.mountPath`)
    if (seen.has(mount.mountPath)) yield invalidValue(`${here}.mountPath`, mount.mountPath, 'must be unique')
    seen.add(mount.mountPath)
    if (devices.some(({ name }) => name === mount.name))
      yield invalidValue(`${here}.name`, mount.name, 'must not already exist in volumeDevices')
    if (devices.some(({ devicePath }) => devicePath === mount.mountPath))
      yield invalidValue(`${here}.mountPath`, mount.mountPath, 'must not already exist as a path in volumeDevices')
    yield* subPathProblems(at, here, mount)
    if (mount.mountPropagation !== undefined) {
      yield* optionalOneOf(`${at}.volumeMounts.mountPropagation`, mount.mountPropagation, propagations)
      if (mount.mountPropagation === 'Bidirectional' && !container.securityContext?.privileged)
        yield forbiddenField(
          `${at}.volumeMounts.mountPropagation`,
          'Bidirectional mount propagation is available only to privileged containers',
        )
    }
    yield* readOnlyProblems(`${at}.volumeMounts.recursiveReadOnly`, mount)
  }
  yield* deviceProblems(at, devices, mounts, volumes)
}

function* subPathProblems(at: string, here: string, { subPath, subPathExpr }: Mount): Problems {
  if (subPath) yield* relativePath(`${at}.volumeMounts.subPath`, subPath)
  if (!subPathExpr) return
  if (subPath) yield invalidValue(`${here}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive')
  yield* relativePath(`${at}.volumeMounts.subPathExpr`, subPathExpr)
}

function* readOnlyProblems(at: string, { recursiveReadOnly, readOnly, mountPropagation }: Mount): Problems {
  yield* optionalOneOf(at, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible'])
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') return
  if (!readOnly) yield forbiddenField(at, 'may only be specified when readOnly is true')
  if (mountPropagation !== undefined && mountPropagation !== 'None')
    yield forbiddenField(at, 'may only be specified when mountPropagation is None or not specified')
}

type Device = NonNullable<Container['volumeDevices']>[number]

function* deviceProblems(at: string, devices: Device[], mounts: Mount[], volumes: Volumes): Problems {
  const names = new Set<string>()
  const paths = new Set<string>()
  for (const [index, { name, devicePath }] of devices.entries()) {
    const here = `${at}.volumeDevices[${index}]`
    const volume = volumes.get(name)
    if (!name) yield required(`${here}.name`)
    if (names.has(name)) yield invalidValue(`${here}.name`, name, 'must be unique')
    if (!volume) yield notFound(`${here}.name`, name ?? '')
    else if (!volume.persistentVolumeClaim && !volume.ephemeral)
      yield invalidValue(
        `${here}.name`,
        name,
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
      )
    if (!devicePath) yield required(`${here}.devicePath`)
    if (paths.has(devicePath)) yield invalidValue(`${here}.devicePath`, devicePath, 'must be unique')
    if (devicePath?.split('/').includes('..'))
      yield invalidValue(`${here}.devicePath`, devicePath, "can not contain backsteps ('..')")
    else paths.add(devicePath)
    if (mounts.some((one) => one.name === name))
      yield invalidValue(`${here}.name`, name, 'must not already exist in volumeMounts')
    if (mounts.some(({ mountPath }) => mountPath === devicePath))
      yield invalidValue(`${here}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts')
    names.add(name)
  }
}
