import { configKeyProblems, dnsLabelProblems, qualifiedNameProblems } from '@sampan/kit/names'
import { findQuantity, formatQuantity } from '@sampan/kit/quantity'
import { named, needed, noClimbing, optionalOneOf, type Problems, relativePath } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
import { claimSpecProblems } from './claim-validation.ts'
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
  resourceFieldRef?: { resource: string; containerName?: string; divisor?: string }
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
    gitRepo,
    ephemeral,
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
  if (emptyDir?.sizeLimit !== undefined && (findQuantity(emptyDir.sizeLimit)?.nanos ?? -1n) < 0n)
    yield forbiddenField(`${at}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
  if (gitRepo) {
    yield* needed(`${at}.gitRepo.repository`, gitRepo.repository)
    if (gitRepo.directory) yield* reservedPath(`${at}.gitRepo.directory`, gitRepo.directory)
  }
  if (ephemeral) {
    const template = ephemeral.volumeClaimTemplate
    if (template) yield* claimSpecProblems(`${at}.ephemeral.volumeClaimTemplate.spec`, template.spec)
    else yield required(`${at}.ephemeral.volumeClaimTemplate`)
  }
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
    yield* downwardProblems(`${at}.downwardAPI`, downwardAPI.items)
  }
  if (projected) {
    yield* modeProblems(`${at}.projected.defaultMode`, projected.defaultMode)
    for (const [index, source] of (projected.sources ?? []).entries())
      yield* projectionProblems(`${at}.projected.sources[${index}]`, source)
    yield* collisions(`${at}.projected`, projected.sources)
  }
}

function* projectionProblems(at: string, source: Projection): Problems {
  const present = Object.entries(source).filter(([, one]) => one !== undefined && one !== null)
  if (present.length > 1) yield forbiddenField(at, 'may not specify more than 1 volume type per source')
  const { secret, configMap, downwardAPI, serviceAccountToken: token } = source
  const whole = at.replace(/\.sources\[\d+\]$/, '') // where upstream says it
  if (secret) {
    yield* needed(`${at}.secret.name`, secret.name)
    yield* itemProblems(`${at}.secret.items`, secret.items)
  }
  if (configMap) {
    yield* needed(`${at}.configMap.name`, configMap.name)
    yield* itemProblems(`${at}.configMap.items`, configMap.items)
  }
  if (downwardAPI) yield* downwardProblems(`${at}.downwardAPI`, downwardAPI.items)
  if (token) {
    if (token.expirationSeconds !== undefined && token.expirationSeconds < 600)
      yield invalidValue(
        `${at}.serviceAccountToken.expirationSeconds`,
        token.expirationSeconds,
        'may not specify a duration less than 10 minutes',
      )
    if (token.path) yield* reservedPath(`${whole}.path`, token.path)
    else yield required(`${whole}.path`)
  }
}

/** Two sources of one volume that would write the same file. */
function* collisions(at: string, sources: Projection[] | undefined): Problems {
  const seen = new Set<string>()
  for (const { secret, configMap, downwardAPI } of sources ?? []) {
    const files = [
      ...(secret?.items ?? []).map(({ path }) => ({ path, value: secret!.name })),
      ...(configMap?.items ?? []).map(({ path }) => ({ path, value: configMap!.name })),
      ...(downwardAPI?.items ?? []).map(({ path }) => ({ path, value: path })),
    ]
    for (const { path, value } of files) {
      if (path && seen.has(path)) yield invalidValue(at, value, 'conflicting duplicate paths')
      seen.add(path)
    }
  }
}

/** A relative path that does not begin as the kubelet's own files of a volume do. */
function* reservedPath(at: string, path: string): Problems {
  yield* relativePath(at, path)
  if (path.startsWith('..') && path !== '..' && !path.startsWith('../'))
    yield invalidValue(at, path, "must not start with '..'")
}

function* modeProblems(at: string, mode: number | undefined): Problems {
  if (mode !== undefined && (mode < 0 || mode > 0o777))
    yield invalidValue(at, mode, 'must be a number between 0 and 0777 (octal), both inclusive')
}

function* itemProblems(at: string, items: Item[] | undefined): Problems {
  for (const [index, { key, path, mode }] of (items ?? []).entries()) {
    const here = `${at}[${index}]`
    yield* named(`${here}.key`, key, configKeyProblems)
    if (path) yield* reservedPath(`${here}.path`, path)
    else yield required(`${here}.path`)
    yield* modeProblems(`${here}.mode`, mode)
  }
}

/** Upstream names the volume, not the item. */
function* downwardProblems(here: string, items: DownwardItem[] | undefined): Problems {
  for (const { path, mode, fieldRef, resourceFieldRef } of items ?? []) {
    if (path) yield* reservedPath(`${here}.path`, path)
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

/** What a field may be called at all; a variable or a file takes fewer. */
const fieldLabels = new Set([
  ...volumeFields,
  ...envFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.host',
  'status.phase',
])

export function* fieldRefProblems(
  at: string,
  { fieldPath, apiVersion }: { fieldPath: string; apiVersion?: string },
  supported: readonly string[],
): Problems {
  if (!apiVersion || !fieldPath) {
    yield required(`${at}.${apiVersion ? 'fieldPath' : 'apiVersion'}`)
    return
  }
  const [, path = fieldPath, subscript] = /^([^[]*)\['(.*)'\]$/.exec(fieldPath) ?? []
  const isMap = path === 'metadata.labels' || path === 'metadata.annotations'
  const refuse = (why: string) => invalidValue(`${at}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`)
  if (apiVersion !== 'v1') yield refuse(`unsupported pod version: ${apiVersion}`)
  else if (subscript !== undefined) {
    if (!isMap) yield refuse('field label does not support subscript')
    else
      for (const why of qualifiedNameProblems(path === 'metadata.labels' ? subscript : subscript.toLowerCase()))
        yield invalidValue(at, subscript, why)
  } else if (!fieldLabels.has(path)) yield refuse(`field label not supported: ${path}`)
  else if (!supported.includes(path)) yield notSupported(`${at}.fieldPath`, path, supported)
}

const resourceNames = ['limits', 'requests'].flatMap((kind) =>
  ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${kind}.${name}`),
)
const resourceFields = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/

const divisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei']
const measures: [RegExp, string, string[]][] = [
  [/^(limits|requests)\.cpu$/, 'cpu', ['1m', '1']],
  [/^(limits|requests)\.memory$/, 'memory', divisors],
  [/^(limits|requests)\.ephemeral-storage$/, 'local ephemeral storage', divisors],
  [/^(limits|requests)\.hugepages-/, 'hugepages', divisors],
]

export function* resourceRefProblems(
  at: string,
  { resource, divisor }: { resource: string; divisor?: string },
): Problems {
  if (!resource) yield required(`${at}.resource`)
  else if (!resourceFields.test(resource)) yield notSupported(`${at}.resource`, resource, resourceNames)
  const asked = divisor === undefined ? undefined : findQuantity(divisor)
  if (!asked || asked.nanos === 0n) return
  const shown = formatQuantity(asked)
  for (const [pattern, name, allowed] of measures)
    if (pattern.test(resource) && !allowed.includes(shown)) {
      const list = allowed.length === 2 ? allowed.join(' and ') : allowed.join(', ')
      yield invalidValue(
        `${at}.divisor`,
        resource,
        `only divisor's values ${list} are supported with the ${name} resource`,
      )
    }
}
