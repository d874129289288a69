import type { Client } from '@sampan/client/client'
import { isReason, StatusError } from '@sampan/resources/errors'
import type { KindOf } from '../kind-of.ts'
import { releaseManager } from '../labels.ts'
import type { Document } from '../releases/documents.ts'
import { refusalCause } from './creation.ts'
import type { Outcome } from './outcome.ts'
import { fail } from './outcome.ts'

/** The order in which objects want to exist: what others refer to first, the way in last. */
const order = ['ServiceAccount', 'Secret', 'ConfigMap', 'PersistentVolumeClaim', 'Service']
const lastOnes = ['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'Ingress']
const rankOf = ({ kind }: Document) =>
  order.includes(kind) ? order.indexOf(kind) : lastOnes.includes(kind) ? 200 + lastOnes.indexOf(kind) : 100

export interface Applier {
  client: Client
  kindOf: KindOf
}

/**
 * Makes the cluster have exactly these documents (server-side apply, so that a second run changes nothing). A refusal that
 * repeating cannot change becomes the outcome `fail`; everything else throws and is tried again. Objects of one rank go together,
 * a trial (`dryRun`) all at once: it leaves nothing that others could refer to.
 */
export async function applyDocuments(
  { client, kindOf }: Applier,
  documents: readonly Document[],
  options: { dryRun?: boolean } = {},
): Promise<Extract<Outcome, { do: 'fail' }> | undefined> {
  const ranks = Map.groupBy(documents, (one) => (options.dryRun ? 0 : rankOf(one)))
  for (const [, group] of [...ranks].toSorted(([a], [b]) => a - b)) {
    const results = await Promise.all(group.map((one) => applyOne({ client, kindOf }, one, options)))
    const refused = results.find((each) => each !== undefined)
    if (refused) return refused
  }
  return undefined
}

async function applyOne({ client, kindOf }: Applier, one: Document, options: { dryRun?: boolean }) {
  try {
    await client.apply(await kindOf(one), one, { fieldManager: releaseManager, force: true, ...options })
    return undefined
  } catch (error) {
    if (!(error instanceof StatusError) || !isFinal(error)) throw error
    const { code, sentence } = refusalCause(`${one.kind} "${one.metadata.name}"`, error.message)
    return fail(code, sentence) as Extract<Outcome, { do: 'fail' }>
  }
}

const isFinal = (error: StatusError) =>
  isReason(error, 'Invalid') ||
  isReason(error, 'BadRequest') ||
  isReason(error, 'Forbidden') ||
  isReason(error, 'NotFound') ||
  isReason(error, 'MethodNotAllowed') ||
  isReason(error, 'RequestEntityTooLarge')

/** Removes documents of an earlier release; what is gone already is fine. Volumes are kept: data outlives releases. */
export async function pruneDocuments({ client, kindOf }: Applier, documents: readonly Document[]): Promise<void> {
  for (const one of documents) {
    if (one.kind === 'PersistentVolumeClaim') continue
    await removeDocument({ client, kindOf }, one)
  }
}

export async function removeDocument({ client, kindOf }: Applier, one: Document): Promise<void> {
  const { namespace, name } = one.metadata
  try {
    await client.remove(await kindOf(one), { namespace, name }, { propagation: 'Background' })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}
