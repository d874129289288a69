import { forbidden, notFound, StatusError } from '@sampan/resources/errors'
import type { KubeObject, Status } from '@sampan/resources/meta'
import { Conflict, type Entry } from '@sampan/store/store'
import type { Admitted } from '../admission/interfaces.ts'
import { mutateAll, surroundings, validateAll } from '../admit.ts'
import { isFinished } from '../change.ts'
import type { Context } from '../context.ts'
import { type DeleteOptions, deleteOptionsOf } from '../delete-options.ts'
import { putObject } from '../encode.ts'
import type { Answer, Call } from '../handlers.ts'
import { forgetSoon } from '../objects.ts'
import type { Served } from '../served.ts'
import type { OneTarget } from '../target.ts'
import { timeText } from '../time-text.ts'
import { answerWith } from '../written.ts'

const retries = 20

/** DELETE of one object: gone at once, or marked and left to finalizers, the node or the namespace controller. */
export async function remove(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const { served, name } = target
  const options = await deleteOptionsOf(call)
  const { object, isGone } = await removeObject(context, target, call, options)
  if (!isGone || served.definition.answersDeleted) return answerWith(context, served, call, { object }, 200)
  const { group, plural } = served.definition
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(group && { group }), kind: plural, uid: object.metadata.uid! },
  }
  return { status: 200, object: status }
}

export async function removeObject(
  context: Context,
  { served, name, namespace }: OneTarget,
  call: Call,
  options: DeleteOptions,
): Promise<{ object: KubeObject; isGone: boolean }> {
  const { store } = context
  const { definition } = served
  const key = served.key(name, namespace)
  for (let attempt = 0; ; attempt++) {
    const entry = store.latest(key)
    if (!entry) throw notFound(definition, name)
    await served.ready?.([entry])
    const old = served.object(entry)
    checkPreconditions(served, old, options)
    protect(served, name)
    const write: Admitted = {
      operation: 'DELETE',
      definition,
      subresource: undefined,
      namespace,
      name,
      object: undefined,
      old,
      user: call.user,
      dryRun: options.dryRun,
      ...surroundings(context, call),
    }
    const mutating = mutateAll(context, write)
    if (mutating instanceof Promise) await mutating
    const validating = validateAll(context, write)
    const undo = validating instanceof Promise ? await validating : validating
    const next = marked(context, served, old, options)
    const isGone = isFinished(next)
    if (options.dryRun) {
      undo()
      return { object: next, isGone }
    }
    try {
      if (isGone) {
        const gone = await store.delete(key, entry.modified)
        forgetSoon(entry)
        forgetSoon(gone)
        context.afterWrite(definition.group, definition.plural)
        return { object: withRevision(old, gone.modified), isGone }
      }
      if (next === old) {
        if (entry.modified > store.revision) await store.settled()
        return { object: old, isGone }
      }
      const written: Entry = await putObject(store, key, await served.stored(next), entry.modified)
      forgetSoon(entry)
      context.afterWrite(definition.group, definition.plural)
      await served.ready?.([written])
      return { object: served.object(written), isGone }
    } catch (error) {
      undo()
      if (!(error instanceof Conflict) || attempt >= retries) throw error
    }
  }
}

const withRevision = (object: KubeObject, revision: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
})

function checkPreconditions({ definition }: Served, { metadata }: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options
  const refuse = (what: string, wanted: string, found: string | undefined): never => {
    throw new StatusError(
      'Conflict',
      `Operation cannot be fulfilled on ${definition.plural}${definition.group && `.${definition.group}`} "${metadata.name}": the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been deleted and then recreated`,
      { name: metadata.name, group: definition.group || undefined, kind: definition.plural },
    )
  }
  if (uid && uid !== metadata.uid) refuse('UID', uid, metadata.uid)
  if (resourceVersion && resourceVersion !== metadata.resourceVersion)
    refuse('ResourceVersion', resourceVersion, metadata.resourceVersion)
}

const immortal = new Set(['default', 'kube-system', 'kube-public'])

function protect({ definition }: Served, name: string): void {
  if (definition.group === '' && definition.plural === 'namespaces' && immortal.has(name))
    throw forbidden(definition, name, 'this namespace may not be deleted')
}

/** The object as deletion leaves it: finished, marked, or the same when there is nothing new to say. */
function marked({ now }: Context, { definition, custom }: Served, old: KubeObject, options: DeleteOptions): KubeObject {
  const meta = old.metadata
  const grace = graceOf(definition, old, options.grace)
  const finalizers = finalizersAfter(meta.finalizers ?? [], options, definition.orphansByDefault === true)
  const isMarked = meta.deletionTimestamp !== undefined
  const shorter = isMarked && grace < (meta.deletionGracePeriodSeconds ?? 0)
  const sameFinalizers = finalizers.length === (meta.finalizers ?? []).length
  if (isMarked && !shorter && sameFinalizers) return old
  const start = isMarked
    ? Date.parse(meta.deletionTimestamp!) - (meta.deletionGracePeriodSeconds ?? 0) * 1000
    : now().getTime()
  const next: KubeObject = {
    ...old,
    metadata: {
      ...meta,
      finalizers,
      deletionTimestamp:
        isMarked && !shorter
          ? meta.deletionTimestamp!
          : timeText(new Date((isMarked ? start : now().getTime()) + grace * 1000)),
      deletionGracePeriodSeconds: isMarked && !shorter ? (meta.deletionGracePeriodSeconds ?? 0) : grace,
    },
  }
  if (finalizers.length === 0) delete next.metadata.finalizers
  if (!isMarked && (definition.hasGeneration || custom)) next.metadata.generation = (meta.generation ?? 0) + 1
  if (definition.group === '' && definition.plural === 'namespaces')
    Object.assign(next, { status: { ...(old as { status?: object }).status, phase: 'Terminating' } })
  return next
}

interface PodLike extends KubeObject {
  spec?: { nodeName?: string; terminationGracePeriodSeconds?: number }
  status?: { phase?: string }
}

/** Only pods that run somewhere take time to go. */
function graceOf({ group, plural }: Served['definition'], object: PodLike, wanted: number | undefined): number {
  if (group !== '' || plural !== 'pods') return 0
  if (!object.spec?.nodeName || object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed') return 0
  const grace = wanted ?? object.spec.terminationGracePeriodSeconds ?? 30
  return grace < 0 ? 1 : grace
}

function finalizersAfter(
  found: readonly string[],
  { propagation }: DeleteOptions,
  orphansByDefault: boolean,
): string[] {
  const policy =
    propagation ??
    (found.includes('orphan')
      ? 'Orphan'
      : found.includes('foregroundDeletion')
        ? 'Foreground'
        : orphansByDefault
          ? 'Orphan'
          : 'Background')
  const rest = found.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion')
  if (policy === 'Orphan') return [...rest, 'orphan']
  if (policy === 'Foreground') return [...rest, 'foregroundDeletion']
  return rest
}
