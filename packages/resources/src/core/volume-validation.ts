import { configKeyProblems, dnsLabelProblems } from '@sampan/kit/names'
import { named, needed, noClimbing, optionalOneOf, type Problems, quantity, relativePath } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
import type { Pod } from './pod.ts'

type Volume = NonNullable<Pod['spec']['volumes']>[number]
type Projection = NonNullable<NonNullable<Volume['projected']>['sources']>[number]
interface Item {
  key?: string
  path: string
  mode?: number
}
interface DownwardItem {
  path: string
  mode?: number
  fieldRef?: { fieldPath: string; apiVersion?: string }
  resourceFieldRef?: { resource: string; containerName?: string }
}

export function* volumeProblems(at: string, volumes: Volume[] | undefined): Problems {
  const seen = new Set<string>()
  for (const [index, volume] of (volumes ?? []).entries()) {
    const here = `${at}[${index}]`
    yield* named(`${here}.name`, volume.name, dnsLabelProblems)
    if (volume.name && seen.has(volume.name)) yield duplicate(`${here}.name`, volume.name)
    seen.add(volume.name)
    yield* sourceProblems(here, volume)
  }
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

function* sourceProblems(at: string, volume: Volume): Problems {
  const { name: _, ...sources } = volume
  const present = Object.entries(sources).filter(([, source]) => source !== undefined && source !== null)
  if (present.length === 0) yield required(at, 'must specify a volume type')
  for (const [type] of present.slice(1))
    yield forbiddenField(`${at}.${type}`, 'may not specify more than 1 volume type')
  const {
    hostPath,
    secret,
    configMap,
    persistentVolumeClaim: claim,
    emptyDir,
    nfs,
    projected,
    downwardAPI,
    csi,
    image,
  } = volume
  if (hostPath) {
    if (hostPath.path) yield* noClimbing(`${at}.hostPath.path`, hostPath.path)
    else yield required(`${at}.hostPath.path`)
    yield* optionalOneOf(`${at}.hostPath.type`, hostPath.type, hostPathTypes)
  }
  if (secret) {
    yield* needed(`${at}.secret.secretName`, secret.secretName)
    yield* modeProblems(`${at}.secret.defaultMode`, secret.defaultMode)
    yield* itemProblems(`${at}.secret.items`, secret.items)
  }
  if (configMap) {
    yield* needed(`${at}.configMap.name`, configMap.name)
    yield* modeProblems(`${at}.configMap.defaultMode`, configMap.defaultMode)
    yield* itemProblems(`${at}.configMap.items`, configMap.items)
  }
  if (claim) yield* needed(`${at}.persistentVolumeClaim.claimName`, claim.claimName)
  if (emptyDir) yield* quantity(`${at}.emptyDir.sizeLimit`, emptyDir.sizeLimit)
  if (nfs) {
    yield* needed(`${at}.nfs.server`, nfs.server)
    yield* needed(`${at}.nfs.path`, nfs.path)
    if (nfs.path && !nfs.path.startsWith('/'))
      yield invalidValue(`${at}.nfs.path`, nfs.path, 'must be an absolute path')
  }
  if (image) {
    // A template may leave the reference to whoever fills it in.
    if (at.startsWith('spec.volumes')) yield* needed(`${at}.image.reference`, image.reference)
    yield* optionalOneOf(`${at}.image.pullPolicy`, image.pullPolicy, ['Always', 'IfNotPresent', 'Never'])
  }
  if (csi) yield* needed(`${at}.csi.driver`, csi.driver)
  if (downwardAPI) {
    yield* modeProblems(`${at}.downwardAPI.defaultMode`, downwardAPI.defaultMode)
    yield* downwardProblems(`${at}.downwardAPI.items`, downwardAPI.items)
  }
  if (projected) {
    yield* modeProblems(`${at}.projected.defaultMode`, projected.defaultMode)
    for (const [index, source] of (projected.sources ?? []).entries())
      yield* projectionProblems(`${at}.projected.sources[${index}]`, source)
  }
}

function* projectionProblems(at: string, source: Projection): Problems {
  const present = Object.entries(source).filter(([, one]) => one !== undefined && one !== null)
  for (const [type] of present.slice(1))
    yield forbiddenField(`${at}.${type}`, 'may not specify more than 1 volume type')
  const { secret, configMap, downwardAPI, serviceAccountToken: token } = source
  if (secret) {
    yield* needed(`${at}.secret.name`, secret.name)
    yield* itemProblems(`${at}.secret.items`, secret.items)
  }
  if (configMap) {
    yield* needed(`${at}.configMap.name`, configMap.name)
    yield* itemProblems(`${at}.configMap.items`, configMap.items)
  }
  if (downwardAPI) yield* downwardProblems(`${at}.downwardAPI.items`, downwardAPI.items)
  if (token) {
    if (token.expirationSeconds !== undefined && token.expirationSeconds < 600)
      yield invalidValue(
        `${at}.serviceAccountToken.expirationSeconds`,
        token.expirationSeconds,
        'may not specify a duration less than 10 minutes',
      )
    if (token.path) yield* relativePath(`${at}.serviceAccountToken.path`, token.path)
    else yield required(`${at}.serviceAccountToken.path`)
  }
}

function* modeProblems(at: string, mode: number | undefined): Problems {
  if (mode !== undefined && (mode < 0 || mode > 0o777))
    yield invalidValue(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
}

function* itemProblems(at: string, items: Item[] | undefined): Problems {
  for (const [index, { key, path, mode }] of (items ?? []).entries()) {
    const here = `${at}[${index}]`
    yield* named(`${here}.key`, key, configKeyProblems)
    if (path) yield* relativePath(`${here}.path`, path)
    else yield required(`${here}.path`)
    yield* modeProblems(`${here}.mode`, mode)
  }
}

function* downwardProblems(at: string, items: DownwardItem[] | undefined): Problems {
  for (const [index, { path, mode, fieldRef, resourceFieldRef }] of (items ?? []).entries()) {
    const here = `${at}[${index}]`
    if (path) yield* relativePath(`${here}.path`, path)
    else yield required(`${here}.path`)
    if (fieldRef && resourceFieldRef)
      yield invalidValue(here, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
    else if (fieldRef) yield* fieldRefProblems(`${here}.fieldRef`, fieldRef, volumeFields)
    else if (resourceFieldRef) {
      yield* needed(`${here}.resourceFieldRef.containerName`, resourceFieldRef.containerName)
      yield* resourceRefProblems(`${here}.resourceFieldRef`, resourceFieldRef)
    } else yield required(here, 'one of fieldRef and resourceFieldRef is required')
    yield* modeProblems(`${here}.mode`, mode)
  }
}

const volumeFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid']

/** Fields a pod may see as environment variables. */
export const envFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]

export function* fieldRefProblems(
  at: string,
  { fieldPath, apiVersion }: { fieldPath: string; apiVersion?: string },
  supported: readonly string[],
): Problems {
  yield* needed(`${at}.apiVersion`, apiVersion)
  if (!fieldPath) yield required(`${at}.fieldPath`)
  else if (!/^metadata\.(labels|annotations)\['.+'\]$/.test(fieldPath) && !supported.includes(fieldPath))
    yield notSupported(`${at}.fieldPath`, fieldPath, supported)
}

const resourceNames = ['limits', 'requests'].flatMap((kind) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${kind}.${name}`),
)
const resourceFields = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/

export function* resourceRefProblems(at: string, { resource }: { resource: string }): Problems {
  if (!resource) yield required(`${at}.resource`)
  else if (!resourceFields.test(resource)) yield notSupported(`${at}.resource`, resource, resourceNames)
}
