import type { Cache } from '@sampan/client/cache'
import type { Around, Part, Running } from '@sampan/control/controller'
import { jsonEqual } from '@sampan/kit/json-equal'
import { workQueue } from '@sampan/kit/work-queue'
import { customResourceDefinition } from '@sampan/resources/apiextensions/custom-resource-definition'
import type { Definition } from '@sampan/resources/define'
import { isReason } from '@sampan/resources/errors'
import type { KubeObject, OwnerReference, Ref } from '@sampan/resources/meta'
import { isBlocking, isOrphaning, isWaiting, type OwnerState, ownersWithout, verdictOn } from './ownership.ts'
import { customKind, keptBuiltInKinds } from './served-kinds.ts'

const byOwner = 'owner'
/** Uids that are known to be gone are asked for once. */
const rememberedGone = 4096

/** Kinds that are many, short-lived and own nothing. */
const isLookedAt = ({ group, kind }: Definition) => !(kind === 'Event' && (group === '' || group === 'events.k8s.io'))

interface Watched {
  kind: Definition
  cache: Cache
  stop: () => void
}

/**
 * Removes what has lost its owners, and finishes deletions in the foreground and with orphans, across all kinds, custom
 * ones included. A missing owner is looked up at the server before anything goes: caches may be late.
 */
export const garbageCollector: Part = { name: 'garbage-collector', start: run }

function run({ client, caches, events, log, clock, metrics }: Around): Running {
  const watched = new Map<string, Watched>()
  const gone = new Set<string>()
  let stopCustom: () => void = () => undefined
  let closed = false

  const groupKind = (group: string, kind: string) => `${group}/${kind}`
  const queue = workQueue({
    workers: 8,
    clock,
    backoff: { first: 5, most: 60_000 },
    run: attempt,
    failed(key, error, failures, waitMs) {
      if (failures <= 3 && (isReason(error, 'Conflict') || isReason(error, 'NotFound'))) return
      log.warn('failed, trying again', { key, failures, waitMs: Math.round(waitMs), error })
    },
  })

  function add({ kind }: Watched, { metadata }: KubeObject) {
    queue.add(`${groupKind(kind.group, kind.kind)}|${metadata.namespace ?? ''}/${metadata.name}`)
  }

  function dependentsOf(uid: string | undefined): { place: Watched; object: KubeObject }[] {
    const found: { place: Watched; object: KubeObject }[] = []
    if (uid)
      for (const place of watched.values())
        for (const object of place.cache.by(byOwner, uid)) found.push({ place, object })
    return found
  }

  function rememberGone(uid: string | undefined) {
    if (!uid) return
    gone.add(uid)
    if (gone.size <= rememberedGone) return
    const oldest = gone.values().next()
    if (!oldest.done) gone.delete(oldest.value)
  }

  function lookAt(kind: Definition): Promise<void> {
    const key = groupKind(kind.group, kind.kind)
    if (!isLookedAt(kind) || watched.has(key)) return Promise.resolve()
    const cache = caches.of(kind)
    cache.index(byOwner, ({ metadata }) => metadata.ownerReferences?.map(({ uid }) => uid) ?? [])
    const stop = cache.listen((change) => {
      if (change.type === 'gone') {
        rememberGone(change.object.metadata.uid)
        for (const { place: other, object } of dependentsOf(change.object.metadata.uid)) add(other, object)
        wakeOwners(change.object)
      } else if (matters(change.object, change.before)) add(place, change.object)
    })
    const place: Watched = { kind, cache, stop }
    watched.set(key, place)
    for (const object of cache.list()) if (matters(object)) add(place, object)
    return cache.synced
  }

  /** An owner that waits for its dependents is looked at again when one of them goes. */
  function wakeOwners({ metadata }: KubeObject) {
    for (const reference of metadata.ownerReferences ?? []) {
      const place = placeOf(reference)
      const owner = place?.cache.get({ namespace: namespaceOf(place, metadata), name: reference.name })
      if (place && owner && isWaiting(owner)) add(place, owner)
    }
  }

  const placeOf = ({ apiVersion, kind }: OwnerReference) =>
    watched.get(groupKind(apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', kind))
  const namespaceOf = ({ kind }: Watched, { namespace }: { namespace?: string }) =>
    kind.scope === 'Namespaced' ? namespace : undefined

  async function attempt(key: string) {
    const bar = key.indexOf('|')
    const place = watched.get(key.slice(0, bar))
    const object = place?.cache.get(refFrom(key.slice(bar + 1)))
    if (!place || !object) return
    if (isOrphaning(object)) await orphan(place, object)
    else if (isWaiting(object)) await finishForeground(place, object)
    else await judge(place, object)
  }

  async function judge(place: Watched, object: KubeObject) {
    const references = object.metadata.ownerReferences ?? []
    if (references.length === 0 || object.metadata.deletionTimestamp) return
    const owners = await Promise.all(
      references.map(async (reference) => ({ uid: reference.uid, state: await stateOf(place, object, reference) })),
    )
    const dependents = dependentsOf(object.metadata.uid)
    const verdict = verdictOn(object, owners, dependents.length > 0)
    if (verdict.do === 'forget') await setOwners(place, object, ownersWithout(object, verdict.uids))
    if (verdict.do !== 'remove') return
    // In a cycle everybody waits for somebody: an object that is going does not hold up whom it waits for.
    if (verdict.propagation === 'Foreground' && dependents.some((one) => isWaiting(one.object)))
      await setOwners(
        place,
        object,
        (object.metadata.ownerReferences ?? []).map(({ blockOwnerDeletion: _, ...rest }) => ({
          ...rest,
          blockOwnerDeletion: false,
        })),
      )
    await remove(place, object, verdict.propagation)
  }

  async function stateOf(place: Watched, object: KubeObject, reference: OwnerReference): Promise<OwnerState> {
    const where = placeOf(reference)
    if (!where) return 'unknown'
    if (where.kind.scope === 'Namespaced' && place.kind.scope === 'Cluster') {
      wrongNamespace(object, reference)
      return 'unknown'
    }
    if (gone.has(reference.uid)) return 'dangling'
    const at = { namespace: namespaceOf(where, object.metadata), name: reference.name }
    const cached = where.cache.get(at)
    const owner = cached?.metadata.uid === reference.uid ? cached : await client.find(where.kind, at)
    if (owner?.metadata.uid === reference.uid) return isWaiting(owner) ? 'waiting' : 'solid'
    const elsewhere = where.cache.list().find(({ metadata }) => metadata.uid === reference.uid)
    if (elsewhere) wrongNamespace(object, reference)
    else rememberGone(reference.uid)
    return 'dangling'
  }

  function wrongNamespace(about: KubeObject, { apiVersion, kind, name, uid }: OwnerReference) {
    const message = `ownerRef [${apiVersion}/${kind}, namespace: ${about.metadata.namespace ?? ''}, name: ${name}, uid: ${uid}] does not exist in namespace "${about.metadata.namespace ?? ''}"`
    events.record({
      about,
      type: 'Warning',
      reason: 'OwnerRefInvalidNamespace',
      message,
      component: 'garbage-collector-controller',
    })
  }

  async function orphan(place: Watched, object: KubeObject) {
    const { uid } = object.metadata
    const dependents = dependentsOf(uid)
    await Promise.all(dependents.map((one) => setOwners(one.place, one.object, ownersWithout(one.object, [uid]))))
    await dropFinalizer(place, object, 'orphan')
  }

  async function finishForeground(place: Watched, object: KubeObject) {
    const { uid = '' } = object.metadata
    const dependents = dependentsOf(uid)
    for (const one of dependents) add(one.place, one.object)
    if (dependents.some((one) => isBlocking(one.object, uid))) return
    await dropFinalizer(place, object, 'foregroundDeletion')
  }

  async function setOwners({ kind, cache }: Watched, { metadata }: KubeObject, ownerReferences: OwnerReference[]) {
    try {
      const patch = { metadata: { uid: metadata.uid, ownerReferences } }
      cache.wrote(await client.patch(kind, metadata, patch, { fieldManager: 'garbage-collector' }))
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error // it went by itself
    }
  }

  async function dropFinalizer({ kind, cache }: Watched, { metadata }: KubeObject, name: string) {
    const finalizers = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== name)
    try {
      const patch = { metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion, finalizers } }
      const left = await client.patch(kind, metadata, patch, { fieldManager: 'garbage-collector' })
      if (finalizers.length > 0) cache.wrote(left)
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error // it went by itself
    }
  }

  async function remove(
    { kind, cache }: Watched,
    object: KubeObject,
    propagation: 'Background' | 'Foreground' | 'Orphan',
  ) {
    try {
      const left = await client.remove(kind, object.metadata, { uid: object.metadata.uid, propagation })
      if (left) cache.wrote(left)
      else cache.removed(object)
      metrics.add('sampan_garbage_collected_total', { kind: kind.kind })
    } catch (error) {
      if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error // gone, or another of its name
      cache.removed(object)
    }
  }

  function lookAtCustom() {
    const definitions = caches.of(customResourceDefinition)
    stopCustom = definitions.listen(({ type, object }) => {
      const key = groupKind(object.spec.group, object.spec.names.kind)
      const kind = customKind(object)
      if (type === 'put' && kind && !closed) lookAt(kind).catch((error) => log.warn('not watched', { key, error }))
      const place = watched.get(key)
      if (type !== 'gone' || !place) return
      place.stop()
      watched.delete(key)
      caches.drop(place.kind)
    })
    for (const one of definitions.list()) {
      const kind = customKind(one)
      if (kind) lookAt(kind).catch((error) => log.warn('not watched', { kind: kind.kind, error }))
    }
    return definitions.synced
  }

  return {
    synced: Promise.all([...keptBuiltInKinds.map(lookAt), lookAtCustom()]).then(() => undefined),
    get isIdle() {
      return queue.isIdle
    },
    idle: () => queue.idle(),
    close() {
      closed = true
      stopCustom()
      for (const { stop } of watched.values()) stop()
      return queue.close()
    },
  }
}

/** Most changes (a status, a heartbeat) change nothing about ownership. */
function matters(object: KubeObject, before?: KubeObject): boolean {
  const { ownerReferences = [], deletionTimestamp } = object.metadata
  if (isWaiting(object) || isOrphaning(object)) return true
  if (ownerReferences.length === 0) return false
  if (!before) return true
  return (
    deletionTimestamp !== before.metadata.deletionTimestamp ||
    !jsonEqual(ownerReferences, before.metadata.ownerReferences ?? [])
  )
}

function refFrom(key: string): Ref {
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  return slash === 0 ? { name } : { namespace: key.slice(0, slash), name }
}
