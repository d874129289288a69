import { jsonEqual } from '@sampan/kit/json-equal'
import { conflict, notFound, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { Conflict, type Entry } from '@sampan/store/store'
import type { Admitted } from './admission/interfaces.ts'
import { checkMetadata, checkObject, mutateAll, surroundings, validateAll } from './admit.ts'
import type { Context } from './context.ts'
import { putObject } from './encode.ts'
import type { Call } from './handlers.ts'
import { trackUpdate } from './managed-fields.ts'
import { forgetSoon } from './objects.ts'
import type { Served } from './served.ts'
import { partOf } from './subresources/parts.ts'
import type { OneTarget } from './target.ts'
import type { Written } from './written.ts'

export interface Change {
  /**
   * What the object shall be: a private copy (nested values too) that may be changed. `old` is shared. Called again when
   * another writer came in between, unless what it made named a resourceVersion.
   */
  next(old: KubeObject): KubeObject | Promise<KubeObject>
  /** `status`, `scale`…: which part of the object this write is about; undefined is all but the status. */
  subresource?: string | undefined
  dryRun: boolean
  /** Records who owns which fields; default: as an update of the caller. */
  track?: typeof trackUpdate
  /** Custom parts: keeps from `old` what this write may not change. Default by subresource. */
  keep?(old: KubeObject, next: KubeObject, served: Served): void
}

const retries = 20

/**
 * Changes one stored object: read, change, default, admit, check, write. Without waiting admission plugins all of it
 * happens in one turn and cannot conflict. A write that changes nothing stores nothing. An object that is being deleted
 * and has lost its last finalizer is removed.
 */
export async function changeObject(
  context: Context,
  { served, name, namespace }: OneTarget,
  call: Call,
  change: Change,
): Promise<Written> {
  const { definition } = served
  const { store } = context
  const key = served.key(name, namespace)
  for (let attempt = 0; ; attempt++) {
    const entry = store.latest(key)
    if (!entry) throw notFound(definition, name)
    const converting = served.ready?.([entry])
    if (converting) await converting
    const old = served.object(entry)
    const made = change.next(old)
    const next = made instanceof Promise ? await made : made
    const wanted = next.metadata.resourceVersion
    const isConditional = wanted !== undefined && wanted !== '' && wanted !== '0'
    // `next` made from `old` carries its revision: it names one only if it differs or was asked for in the body.
    if (isConditional && wanted !== old.metadata.resourceVersion) {
      await store.settled()
      throw conflict(definition, name)
    }
    keepIdentity(served, old, next)
    const part = partOf(definition, change.subresource)
    if (change.keep) change.keep(old, next, served)
    else if (part) part.keep(old, next)
    else keepOtherParts(served, old, next, change.subresource)
    const isStatus = change.subresource === 'status'
    if (!isStatus) definition.defaults(next)
    const write: Admitted = {
      operation: 'UPDATE',
      definition,
      subresource: change.subresource,
      namespace,
      name,
      object: next,
      old,
      user: call.user,
      dryRun: change.dryRun,
      ...surroundings(context, call),
    }
    const mutating = mutateAll(context, write)
    const isTouched = mutating instanceof Promise ? await mutating : mutating
    if (isTouched && !isStatus) definition.defaults(next)
    // A subresource may change what the main resource may not; a status has no rules but those of a schema.
    if (!isStatus || served.custom) checkObject(served, next, old, change.subresource)
    else checkMetadata(served, next, old)
    if (change.subresource !== 'binding') countGeneration(served, old, next)
    const track = change.track ?? trackUpdate
    track(context, served, { old, next, subresource: change.subresource, call })
    if (jsonEqual(old, next)) {
      if (entry.modified > store.revision) await store.settled()
      return { object: old, entry }
    }
    const validating = validateAll(context, write)
    const undo = validating instanceof Promise ? await validating : validating
    if (change.dryRun) {
      undo()
      return { object: next }
    }
    try {
      return await writeNext(context, served, key, entry, next)
    } catch (error) {
      undo()
      if (!(error instanceof Conflict)) throw error
      if (!error.found) throw notFound(definition, name)
      if (attempt >= retries) throw conflict(definition, name)
    }
  }
}

async function writeNext(
  { store, afterWrite }: Context,
  served: Served,
  key: string,
  entry: Entry,
  next: KubeObject,
): Promise<Written> {
  const { group, plural } = served.definition
  if (!isFinished(next)) {
    const made = served.stored(next)
    const stored = made instanceof Promise ? await made : made
    const written = await putObject(store, key, stored, entry.modified)
    forgetSoon(entry)
    afterWrite(group, plural)
    const converting = served.ready?.([written])
    if (converting) await converting
    return { object: served.object(written), entry: written }
  }
  const gone = await store.delete(key, entry.modified)
  forgetSoon(entry)
  forgetSoon(gone)
  afterWrite(group, plural)
  return { object: { ...next, metadata: { ...next.metadata, resourceVersion: String(gone.modified) } } }
}

/** Being deleted, and nothing holds it any more. */
export function isFinished(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers, deletionGracePeriodSeconds } = object.metadata
  if (!deletionTimestamp || finalizers?.length) return false
  if (deletionGracePeriodSeconds) return false
  const { spec } = object as { spec?: { finalizers?: unknown[] } }
  return object.kind !== 'Namespace' || object.apiVersion !== 'v1' || !spec?.finalizers?.length
}

/** What no update changes. */
function keepIdentity({ definition }: Served, old: KubeObject, next: KubeObject): void {
  const meta = next.metadata
  const was = old.metadata
  if (meta.uid && was.uid && meta.uid !== was.uid)
    throw new StatusError(
      'Conflict',
      `Operation cannot be fulfilled on ${definition.plural}${definition.group && `.${definition.group}`} "${was.name}": StorageError: invalid object, Code: 4, Key: ${was.name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${meta.uid}, UID in object meta: ${was.uid}`,
      { name: was.name, group: definition.group || undefined, kind: definition.plural },
    )
  meta.name = was.name
  for (const field of [
    'uid',
    'namespace',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generation',
    'resourceVersion',
    'generateName',
  ] as const) {
    if (was[field] === undefined) delete meta[field]
    else (meta as unknown as Record<string, unknown>)[field] = was[field]
  }
  delete (meta as { selfLink?: string }).selfLink
}

type WithStatus = KubeObject & { status?: unknown }

/** Kinds whose `/status` takes no labels and annotations; that of other built-in kinds does. */
const onlyStatus = new Set([
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'apiextensions.k8s.io/customresourcedefinitions',
  'apiregistration.k8s.io/apiservices',
  'flowcontrol.apiserver.k8s.io/flowschemas',
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations',
  'resource.k8s.io/resourceclaims',
  'storage.k8s.io/volumeattachments',
])

/** The main resource leaves the status alone, `/status` leaves the spec alone. */
function keepOtherParts(
  { definition, custom: isCustom }: Served,
  old: WithStatus,
  next: WithStatus,
  subresource: string | undefined,
) {
  if (subresource === 'status') {
    const { status, metadata } = next
    for (const key of Object.keys(next)) delete (next as unknown as Record<string, unknown>)[key]
    Object.assign(next, old)
    next.metadata =
      isCustom || onlyStatus.has(`${definition.group}/${definition.plural}`)
        ? { ...old.metadata, ...(metadata.managedFields && { managedFields: metadata.managedFields }) }
        : metadata
    if (definition.group === 'apps' && definition.plural === 'deployments') {
      if (old.metadata.labels) next.metadata.labels = old.metadata.labels
      else delete next.metadata.labels
    }
    if (status === undefined) delete next.status
    else next.status = status
  } else if (definition.hasStatus && subresource === undefined) {
    if (old.status === undefined) delete next.status
    else next.status = old.status
  }
}

/** `generation` counts changes of what the user wants: everything but metadata and status. Where a pod runs is not asked for. */
function countGeneration({ definition, custom }: Served, old: KubeObject, next: KubeObject): void {
  if (!definition.hasGeneration && !custom) return
  const isSame = [...new Set([...Object.keys(old), ...Object.keys(next)])].every(
    (key) =>
      key === 'metadata' ||
      (key === 'status' && (definition.hasStatus || !custom)) ||
      jsonEqual((old as unknown as Record<string, unknown>)[key], (next as unknown as Record<string, unknown>)[key]),
  )
  const annotationsCount = definition.group === 'apps' && definition.plural === 'deployments'
  if (isSame && !(annotationsCount && !jsonEqual(old.metadata.annotations ?? {}, next.metadata.annotations ?? {})))
    return
  next.metadata.generation = (old.metadata.generation ?? 0) + 1
}
