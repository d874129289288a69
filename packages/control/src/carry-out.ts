import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { jsonEqual } from '@sampan/kit/json-equal'
import { isReason, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Recorder } from './events.ts'
import type { Plan, Step } from './plan.ts'

/** What carrying out a plan takes. Own writes are told to the caches before this resolves. */
export interface Hands {
  client: Client
  caches: Caches
  events: Recorder
  /** Field manager and component of events. */
  name: string
  component: string
  again(afterMs: number): void
}

type Create = Extract<Step, { op: 'create' }>
type Remove = Extract<Step, { op: 'remove' }>

/**
 * Carries out `plan` in order and stops at the first step that fails, by throwing what it threw. Absent objects count as
 * removed; an object that is there already counts as created when it has the controller owner it would have got.
 */
export async function carryOut(plan: Plan, hands: Hands): Promise<void> {
  const latest = new Map<string | undefined, KubeObject>()
  for (let i = 0; i < plan.length; ) {
    const step = plan[i] as Step
    if (step.op === 'create' || step.op === 'remove') {
      const run = plan.slice(i, runEnd(plan, i))
      i += run.length
      if (step.op === 'create') await createAll(run as Create[], hands)
      else await settleAll((run as Remove[]).map((one) => removeOne(one, hands)))
    } else {
      i++
      const written = await carryOutOne(step, latest, hands)
      if (written) latest.set(written.metadata.uid, written)
    }
  }
}

function runEnd(plan: Plan, start: number): number {
  let end = start
  while (end < plan.length && plan[end]?.op === plan[start]?.op) end++
  return end
}

async function carryOutOne(
  step: Exclude<Step, Create | Remove>,
  latest: ReadonlyMap<string | undefined, KubeObject>,
  { client, caches, events, name, component, again }: Hands,
): Promise<KubeObject | undefined> {
  const noted = (written: KubeObject) => {
    if ('kind' in step) caches.find(step.kind)?.wrote(written)
    return written
  }
  switch (step.op) {
    case 'apply':
      return noted(await client.apply(step.kind, step.object, { fieldManager: name, force: true }))
    case 'update':
      return noted(await client.update(step.kind, step.object, { fieldManager: name }))
    case 'patch':
      try {
        const { subresource } = step
        return noted(await client.patch(step.kind, step.at, step.patch, { fieldManager: name, subresource }))
      } catch (error) {
        if (step.unless === 'NotFound' && isReason(error, 'NotFound')) return undefined
        throw error
      }
    case 'status': {
      const current = (latest.get(step.object.metadata.uid) ?? step.object) as KubeObject & { status?: unknown }
      if (jsonEqual(current.status, step.status)) return undefined
      const next = { ...current, status: step.status }
      return noted(await client.updateStatus(step.kind, next, { fieldManager: name }))
    }
    case 'event':
      events.record({ ...step, component })
      return undefined
    case 'again':
      again(step.afterMs)
      return undefined
  }
}

/** Slow start: a template the server refuses costs one call, not a thousand. */
async function createAll(steps: readonly Create[], hands: Hands) {
  for (let done = 0, size = 1; done < steps.length; size *= 2) {
    const batch = steps.slice(done, done + size)
    done += batch.length
    const results = await Promise.allSettled(batch.map((step) => createOne(step, hands)))
    const at = results.findIndex(({ status }) => status === 'rejected')
    if (at < 0) continue
    const { reason } = results[at] as PromiseRejectedResult
    const failed = batch[at]?.failed
    if (failed && reason instanceof Error) await carryOut(failed(reason), hands)
    throw reason
  }
}

async function createOne(step: Create, hands: Hands): Promise<void> {
  const { client, caches, name } = hands
  let made: KubeObject
  try {
    made = await client.create(step.kind, step.object, { fieldManager: name })
  } catch (error) {
    if (isReason(error, 'AlreadyExists') && (await isOurs(step, hands))) return
    throw error
  }
  caches.find(step.kind)?.wrote(made)
  if (step.created) await carryOut(step.created(made), hands)
}

/** Whether the object in the way is the one this step would have made: it has the same controller owner. */
async function isOurs({ kind, object }: Create, { client, caches }: Hands): Promise<boolean> {
  const existing = await client.find(kind, object.metadata)
  if (!existing || existing.metadata.deletionTimestamp) return false
  const owner = controllerOf(object)
  if (owner === undefined || controllerOf(existing) !== owner) return false
  caches.find(kind)?.wrote(existing)
  return true
}

const controllerOf = ({ metadata }: KubeObject) => metadata.ownerReferences?.find(({ controller }) => controller)?.uid

async function removeOne({ kind, object, graceSeconds, propagation }: Remove, { client, caches }: Hands) {
  const { uid } = object.metadata
  try {
    const left = await client.remove(kind, object.metadata, { uid, graceSeconds, propagation })
    if (left) caches.find(kind)?.wrote(left)
    else caches.find(kind)?.removed(object)
  } catch (error) {
    const isGone = isReason(error, 'NotFound') || (isReason(error, 'Conflict') && uid !== undefined)
    if (!isGone) throw error
    caches.find(kind)?.removed(object)
  }
}

/** Waits for all, then throws the first failure: nothing is left running behind the caller's back. */
async function settleAll(all: readonly Promise<unknown>[]) {
  const results = await Promise.allSettled(all)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}

/** Whether the server refuses because the namespace is being deleted: then there is nothing left to do. */
export const isNamespaceGoing = (error: unknown) =>
  error instanceof StatusError && !!error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating')
