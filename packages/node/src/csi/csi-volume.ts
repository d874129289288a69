import { createHash } from 'node:crypto'
import { unitsOf } from '@sampan/kit/quantity'
import type { PersistentVolume } from '@sampan/resources/core/persistent-volume'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import type { CsiDriver } from '@sampan/resources/storage/csi-driver'
import type { VolumeAttachment } from '@sampan/resources/storage/volume-attachment'
import { MountError, type Token, type Volume } from '../volumes/payload.ts'
import { accessModes } from './messages.ts'

/** A volume of a driver as one pod wants it. */
export interface CsiVolume {
  driver: string
  handle: string
  /** Folder name below the pod's: of the PersistentVolume, or of the volume itself. */
  name: string
  isEphemeral: boolean
  /** Shown as a device, not as files. */
  isBlock: boolean
  readonly: boolean
  fsType: string
  mountFlags: readonly string[]
  accessMode: number
  volumeContext: Readonly<Record<string, string>>
  publishContext: Readonly<Record<string, string>>
  stageSecrets: Readonly<Record<string, string>>
  publishSecrets: Readonly<Record<string, string>>
  expandSecrets: Readonly<Record<string, string>>
  /** Whose group everything gets; absent: left as the driver gives it. */
  fsGroup?: number
  onlyOnMismatch: boolean
  /** Wants to be published again now and then, for what it shows gets old. */
  republishes: boolean
  /** Bytes it has been given since it was made for pods: its file system is to be made as large. */
  growsTo?: number
}

export interface CsiSources {
  csiDriver(name: string): CsiDriver | undefined
  attachment(driver: string, handle: string): VolumeAttachment | undefined
  secretOf(namespace: string, name: string): Readonly<Record<string, string>> | undefined
  token(audience: string | undefined, seconds: number): Promise<Token>
}

const defaultTokenSeconds = 3600

/** A volume that lives as long as its pod. Throws MountError. */
export async function ephemeralVolume(pod: Pod, volume: Volume, sources: CsiSources): Promise<CsiVolume> {
  const { driver, fsType, readOnly, volumeAttributes, nodePublishSecretRef } = volume.csi!
  const object = sources.csiDriver(driver)
  const modes = object?.spec.volumeLifecycleModes ?? []
  if (!object) throw new MountError(`volume mode "Ephemeral" not supported by driver ${driver} (no CSIDriver object)`)
  if (!modes.includes('Ephemeral'))
    throw new MountError(
      `volume mode "Ephemeral" not supported by driver ${driver} (only supports ["${modes.join('" "')}"])`,
    )
  const { namespace = '', name, uid } = pod.metadata
  const hash = createHash('sha256').update(`${volume.name}${namespace}${name}${uid}`).digest('hex')
  return {
    driver,
    handle: `csi-${hash}`,
    name: volume.name,
    isEphemeral: true,
    isBlock: false,
    readonly: readOnly ?? false,
    fsType: fsType ?? '',
    mountFlags: [],
    accessMode: accessModes.ReadWriteOnce!,
    volumeContext: { ...volumeAttributes, ...(await podContext(pod, object, sources, true)) },
    publishContext: {},
    stageSecrets: {},
    publishSecrets: secretsOf(sources, namespace, nodePublishSecretRef),
    expandSecrets: {},
    ...groupOf(pod, object, { fsType, modes: ['ReadWriteOnce'], readOnly }),
    republishes: object.spec.requiresRepublish ?? false,
  }
}

/** A volume that was there before its pod. Throws MountError, also while it is not attached to the node yet. */
export async function persistentCsiVolume(
  pod: Pod,
  { metadata, spec }: PersistentVolume,
  claim: PersistentVolumeClaim,
  readOnly: boolean,
  sources: CsiSources,
): Promise<CsiVolume> {
  const {
    driver,
    volumeHandle,
    fsType,
    volumeAttributes,
    nodePublishSecretRef,
    nodeStageSecretRef,
    nodeExpandSecretRef,
  } = spec.csi!
  const object = sources.csiDriver(driver)
  const isReadOnly = readOnly || (spec.csi!.readOnly ?? false)
  const [mode = 'ReadWriteOnce'] = spec.accessModes ?? []
  return {
    driver,
    handle: volumeHandle,
    name: metadata.name,
    isEphemeral: false,
    isBlock: spec.volumeMode === 'Block',
    readonly: isReadOnly,
    fsType: fsType ?? '',
    mountFlags: spec.mountOptions ?? [],
    accessMode: accessModes[mode] ?? accessModes.ReadWriteOnce!,
    volumeContext: { ...volumeAttributes, ...(await podContext(pod, object, sources, false)) },
    publishContext: attached(metadata.name, driver, volumeHandle, object, sources),
    stageSecrets: secretsOf(sources, '', nodeStageSecretRef),
    publishSecrets: secretsOf(sources, '', nodePublishSecretRef),
    expandSecrets: secretsOf(sources, '', nodeExpandSecretRef),
    ...groupOf(pod, object, { fsType, modes: spec.accessModes ?? [], readOnly: isReadOnly }),
    republishes: object?.spec.requiresRepublish ?? false,
    ...(!isReadOnly && growthOf(spec, claim)),
  }
}

/** A volume that its provisioner has made larger, and its claim does not know yet. */
function growthOf({ capacity }: PersistentVolume['spec'], claim: PersistentVolumeClaim): { growsTo?: number } {
  const known = claim.status?.capacity?.storage
  const given = capacity?.storage
  if (!known || !given || unitsOf(given) <= unitsOf(known)) return {}
  return { growsTo: unitsOf(given) }
}

/** What the driver's attacher said about it, where it has to be attached. */
function attached(
  name: string,
  driver: string,
  handle: string,
  object: CsiDriver | undefined,
  sources: CsiSources,
): Readonly<Record<string, string>> {
  if (object?.spec.attachRequired === false) return {}
  const found = sources.attachment(driver, handle)
  if (found?.status?.attachError?.message)
    throw new MountError(`AttachVolume.Attach failed for volume "${name}" : ${found.status.attachError.message}`)
  if (!found?.status?.attached) throw new MountError(`volume "${name}" is not attached to the node yet`)
  return found.status.attachmentMetadata ?? {}
}

async function podContext(
  pod: Pod,
  driver: CsiDriver | undefined,
  { token }: CsiSources,
  isEphemeral: boolean,
): Promise<Record<string, string>> {
  const { name, namespace = '', uid = '' } = pod.metadata
  const context: Record<string, string> = {}
  if (driver?.spec.podInfoOnMount)
    Object.assign(context, {
      'csi.storage.k8s.io/pod.name': name,
      'csi.storage.k8s.io/pod.namespace': namespace,
      'csi.storage.k8s.io/pod.uid': uid,
      'csi.storage.k8s.io/serviceAccount.name': pod.spec.serviceAccountName ?? 'default',
      'csi.storage.k8s.io/ephemeral': String(isEphemeral),
    })
  const requests = driver?.spec.tokenRequests ?? []
  if (requests.length > 0) {
    const tokens = await Promise.all(
      requests.map(async ({ audience, expirationSeconds }) => {
        const given = await token(audience || undefined, expirationSeconds ?? defaultTokenSeconds)
        const expirationTimestamp = new Date(given.expiresAt).toISOString().replace(/\.\d+Z$/, 'Z')
        return [audience, { token: given.token, expirationTimestamp }] as const
      }),
    )
    context['csi.storage.k8s.io/serviceAccount.tokens'] = JSON.stringify(Object.fromEntries(tokens))
  }
  return context
}

function secretsOf(
  { secretOf }: CsiSources,
  namespace: string,
  reference: { name?: string; namespace?: string } | undefined,
): Readonly<Record<string, string>> {
  if (!reference?.name) return {}
  const at = reference.namespace ?? namespace
  const found = secretOf(at, reference.name)
  if (!found) throw new MountError(`secret "${reference.name}" of namespace "${at}" not found`)
  return found
}

/** Whether the node gives the volume to the pod's group: as the driver's object says. */
function groupOf(
  { spec }: Pod,
  driver: CsiDriver | undefined,
  { fsType, modes, readOnly }: { fsType: string | undefined; modes: readonly string[]; readOnly: boolean | undefined },
): Pick<CsiVolume, 'fsGroup' | 'onlyOnMismatch'> {
  const { fsGroup, fsGroupChangePolicy } = spec.securityContext ?? {}
  const onlyOnMismatch = fsGroupChangePolicy === 'OnRootMismatch'
  const policy = driver?.spec.fsGroupPolicy ?? 'ReadWriteOnceWithFSType'
  const isWanted =
    policy === 'File' || (policy === 'ReadWriteOnceWithFSType' && fsType && modes.includes('ReadWriteOnce'))
  return { onlyOnMismatch, ...(fsGroup !== undefined && isWanted && !readOnly && { fsGroup }) }
}
