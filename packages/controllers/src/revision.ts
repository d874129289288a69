import { createHash } from 'node:crypto'
import { jsonEqual } from '@sampan/kit/json-equal'
import type { Deployment } from '@sampan/resources/apps/deployment'
import type { ReplicaSet } from '@sampan/resources/apps/replica-set'

export const hashLabel = 'pod-template-hash'
export const revisionKey = 'deployment.kubernetes.io/revision'
export const historyKey = 'deployment.kubernetes.io/revision-history'
export const desiredKey = 'deployment.kubernetes.io/desired-replicas'
export const maxKey = 'deployment.kubernetes.io/max-replicas'

/** Annotations of a Deployment that are its own and not for its ReplicaSets. */
const ownKeys = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  revisionKey,
  historyKey,
  desiredKey,
  maxKey,
])

const letters = 'bcdfghjklmnpqrstvwxz2456789'

/** Ten characters that stand for a template: the same for the same template, whatever the order of its members. */
export function templateHash(template: unknown, collisions = 0): string {
  const digest = createHash('sha256').update(stable(template)).update(String(collisions)).digest()
  return Array.from(digest.subarray(0, 10), (byte) => letters[byte % letters.length]).join('')
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  return `{${members
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${stable(member)}`)
    .join(',')}}`
}

type Template = Deployment['spec']['template']

/** Equal but for the hash label that ReplicaSets add. */
export const isSameTemplate = (a: Template | undefined, b: Template | undefined) =>
  jsonEqual(withoutHash(a), withoutHash(b))

function withoutHash(template: Template | undefined) {
  if (!template?.metadata?.labels?.[hashLabel]) return template
  const { [hashLabel]: _, ...labels } = template.metadata.labels
  return { ...template, metadata: { ...template.metadata, labels } }
}

/** The set that has the Deployment's template; the oldest, should there be several. */
export const newSetOf = (deployment: Deployment, sets: readonly ReplicaSet[]) =>
  sets
    .filter(({ spec }) => isSameTemplate(spec.template, deployment.spec.template))
    .toSorted((a, b) => createdAt(a) - createdAt(b) || (a.metadata.name < b.metadata.name ? -1 : 1))[0]

export const createdAt = ({ metadata }: ReplicaSet) => Date.parse(metadata.creationTimestamp ?? '') || 0

/** 0 for a set without a (readable) number. Others may have counted beyond what a `number` holds. */
export function revisionOf(set: { metadata: ReplicaSet['metadata'] } | undefined): bigint {
  const text = set?.metadata.annotations?.[revisionKey] ?? ''
  return /^\d{1,19}$/.test(text) ? BigInt(text) : 0n
}

/** What a ReplicaSet's annotations must say at `revision`, numbers of its size aside. A number it had before is kept. */
export function setAnnotations(deployment: Deployment, set: ReplicaSet | undefined, revision: bigint) {
  const annotations: Record<string, string> = { ...set?.metadata.annotations }
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!ownKeys.has(key)) annotations[key] = value
  const before = revisionOf(set)
  if (before >= revision) return annotations
  annotations[revisionKey] = String(revision)
  if (before > 0n) annotations[historyKey] = [annotations[historyKey], String(before)].filter(Boolean).join(',')
  return annotations
}
