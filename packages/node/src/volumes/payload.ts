import type { ConfigMap } from '@sampan/resources/core/config-map'
import type { Pod } from '@sampan/resources/core/pod'
import type { Secret } from '@sampan/resources/core/secret'
import { type DownwardFacts, fieldValue, resourceValue } from '../pod/downward.ts'
import type { FileContent } from './atomic-folder.ts'

export type Volume = NonNullable<Pod['spec']['volumes']>[number]
type ProjectionSource = NonNullable<NonNullable<Volume['projected']>['sources']>[number]
type Item = { key: string; path: string; mode?: number }
type DownwardItem = NonNullable<NonNullable<Volume['downwardAPI']>['items']>[number]

/** A volume cannot be made now; the pod waits. The message is what the FailedMount event says. */
export class MountError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'MountError'
  }
}

export interface Token {
  token: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** Reads of what volumes show; all of the pod's namespace. */
export interface PayloadSources {
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
  /** A token of the pod's service account. Throws MountError. */
  token(audience: string | undefined, seconds: number): Promise<Token>
  facts: DownwardFacts
}

export interface Payload {
  files: Map<string, FileContent>
  /** When it must be made anew although nothing changed: a token gets old. Milliseconds since 1970. */
  refreshAt?: number
}

const defaultMode = 0o644
const defaultTokenSeconds = 3600

export const isPayload = ({ configMap, secret, projected, downwardAPI }: Volume) =>
  Boolean(configMap || secret || projected || downwardAPI)

/** The files of a configMap, secret, downwardAPI or projected volume. Throws MountError when something is missing. */
export async function payloadOf(pod: Pod, volume: Volume, sources: PayloadSources): Promise<Payload> {
  const { configMap, secret, projected, downwardAPI } = volume
  const files = new Map<string, FileContent>()
  if (configMap) addConfigMap(files, pod, configMap, configMap.defaultMode ?? defaultMode, sources)
  else if (secret)
    addSecret(files, pod, { ...secret, name: secret.secretName }, secret.defaultMode ?? defaultMode, sources)
  else if (downwardAPI)
    addDownward(files, pod, downwardAPI.items ?? [], downwardAPI.defaultMode ?? defaultMode, sources)
  let refreshAt: number | undefined
  for (const source of projected?.sources ?? []) {
    const at = await addProjection(files, pod, source, projected?.defaultMode ?? defaultMode, sources)
    if (at !== undefined) refreshAt = Math.min(refreshAt ?? at, at)
  }
  return { files, ...(refreshAt !== undefined && { refreshAt }) }
}

async function addProjection(
  files: Payload['files'],
  pod: Pod,
  { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate }: ProjectionSource,
  mode: number,
  sources: PayloadSources,
): Promise<number | undefined> {
  if (configMap) addConfigMap(files, pod, configMap, mode, sources)
  if (secret) addSecret(files, pod, secret, mode, sources)
  if (downwardAPI) addDownward(files, pod, downwardAPI.items ?? [], mode, sources)
  if (clusterTrustBundle) addTrustBundle(files, clusterTrustBundle, mode)
  if (podCertificate) throw new MountError('projected podCertificate sources are not served by this API')
  if (!serviceAccountToken) return undefined
  const seconds = serviceAccountToken.expirationSeconds ?? defaultTokenSeconds
  const { token, expiresAt } = await sources.token(serviceAccountToken.audience, seconds)
  files.set(serviceAccountToken.path, { data: Buffer.from(token), mode: tokenMode(pod, mode) })
  return expiresAt - seconds * 200
}

/** A pod that runs as one user, or has a group of its own, gets its token readable by them alone. */
const tokenMode = (pod: Pod, mode: number) =>
  pod.spec.securityContext?.fsGroup === undefined && onlyUser(pod) === undefined ? mode : 0o600

/** The user all its containers run as; undefined when one does not say or two differ. */
export function onlyUser({ spec }: Pod): number | undefined {
  const users = [...(spec.initContainers ?? []), ...spec.containers].map(
    ({ securityContext }) => securityContext?.runAsUser ?? spec.securityContext?.runAsUser,
  )
  return new Set(users).size === 1 ? users[0] : undefined
}

interface Selection {
  name?: string
  items?: Item[]
  optional?: boolean
}

function addConfigMap(files: Payload['files'], pod: Pod, at: Selection, mode: number, sources: PayloadSources): void {
  const found = sources.configMap(at.name ?? '')
  if (!found && !at.optional) throw new MountError(`configmap "${at.name}" not found`)
  const data = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries(found?.data ?? {})) data.set(key, Buffer.from(value))
  for (const [key, value] of Object.entries(found?.binaryData ?? {})) data.set(key, Buffer.from(value, 'base64'))
  addItems(files, `${pod.metadata.namespace}/${at.name}`, 'configmap', data, at, mode, found !== undefined)
}

function addSecret(files: Payload['files'], pod: Pod, at: Selection, mode: number, sources: PayloadSources): void {
  const found = sources.secret(at.name ?? '')
  if (!found && !at.optional) throw new MountError(`secret "${at.name}" not found`)
  const data = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries(found?.data ?? {})) data.set(key, Buffer.from(value, 'base64'))
  addItems(files, `${pod.metadata.namespace}/${at.name}`, 'secret', data, at, mode, found !== undefined)
}

/** There are none: bundles are no part of the stable API. Who can do without gets an empty file, as from any node. */
function addTrustBundle(
  files: Payload['files'],
  { name, signerName, path, optional }: NonNullable<ProjectionSource['clusterTrustBundle']>,
  mode: number,
): void {
  if (optional) files.set(path, { data: Buffer.alloc(0), mode })
  else
    throw new MountError(
      name ? `clustertrustbundle "${name}" not found` : `no clustertrustbundle of signer "${signerName}" found`,
    )
}

function addItems(
  files: Payload['files'],
  title: string,
  kind: string,
  data: ReadonlyMap<string, Uint8Array>,
  { items, optional }: Selection,
  mode: number,
  exists: boolean,
): void {
  if (!items || items.length === 0) {
    for (const [key, value] of data) files.set(key, { data: value, mode })
    return
  }
  for (const item of items) {
    const value = data.get(item.key)
    if (value) files.set(item.path, { data: value, mode: item.mode ?? mode })
    else if (exists && !optional)
      throw new MountError(
        `${kind} references non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${item.key} (${title})`,
      )
  }
}

function addDownward(
  files: Payload['files'],
  pod: Pod,
  items: readonly DownwardItem[],
  mode: number,
  { facts }: PayloadSources,
): void {
  for (const item of items) {
    const text = item.fieldRef
      ? fieldValue(pod, item.fieldRef.fieldPath, facts)
      : resourceValue(pod, undefined, item.resourceFieldRef!, facts)
    files.set(item.path, { data: Buffer.from(text), mode: item.mode ?? mode })
  }
}
