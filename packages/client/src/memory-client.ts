import { mergePatch, mergePatchBetween } from '@sampan/kit/merge-patch'
import { fieldsMatch, matches, parseFieldSelector, parseSelector } from '@sampan/kit/selectors'
import { apiVersionOf, type Definition } from '@sampan/resources/define'
import { alreadyExists, conflict, forbidden, invalid, notFound, StatusError } from '@sampan/resources/errors'
import type { KubeObject, Ref, WatchEvent } from '@sampan/resources/meta'
import type { Client, Draft, ListOptions } from './client.ts'

export interface MemoryClient extends Client {
  /** Puts an object there as it is, status and all, without asking rules. Returns what is stored. */
  seed<T extends KubeObject>(kind: Definition<T>, object: Draft<T>): T
  /** Forgets the history: watches from older revisions get 410 from now on, and running ones end. */
  compact(): void
  /** Every write so far, as `create pods default/web`: for tests that ask what was (not) written. */
  readonly writes: readonly string[]
}

type Change = { revision: number; type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubeObject; before?: KubeObject }
interface Collection {
  kind: Definition
  objects: Map<string, KubeObject>
  history: Change[]
  watchers: Set<() => void>
}

/**
 * A Kubernetes API in a map, for tests: uids, revisions, generations, conflicts, defaults and validation of the
 * definition, status apart from the rest, finalizers, graceful pod deletion, bindings, watches with 410. What it leaves
 * out: authorisation, admission, namespaces having to exist, managed fields (an apply forgets what the same manager
 * applied before and now leaves out, and never conflicts), strategic merge of lists, streams.
 */
export function memoryClient(options: { now?: () => Date } = {}): MemoryClient {
  const now = options.now ?? (() => new Date())
  const collections = new Map<string, Collection>()
  const applied = new Map<string, unknown>()
  const writes: string[] = []
  let revision = 0
  let compacted = 0
  let ids = 0

  const timestamp = () => `${now().toISOString().slice(0, 19)}Z`

  function collection(kind: Definition<never> | Definition): Collection {
    const name = `${kind.group}/${kind.plural}`
    let found = collections.get(name)
    if (!found) {
      found = { kind: kind as Definition, objects: new Map(), history: [], watchers: new Set() }
      collections.set(name, found)
    }
    return found
  }

  const keyOf = (kind: Definition<never> | Definition, at: Ref) =>
    kind.scope === 'Namespaced' ? `${at.namespace ?? 'default'}/${at.name}` : at.name

  function present<T extends KubeObject>(kind: Definition<T>, at: Ref): T {
    const object = collection(kind as Definition<never>).objects.get(keyOf(kind as Definition<never>, at))
    if (!object) throw notFound(kind, at.name)
    return object as T
  }

  function record(place: Collection, type: Change['type'], object: KubeObject, before?: KubeObject) {
    place.history.push({ revision, type, object, before })
    for (const wake of place.watchers) wake()
  }

  /** Stores `object` as the next revision, or lets it go when it is being deleted and nothing holds it. */
  function store(place: Collection, verb: string, object: KubeObject, before?: KubeObject): KubeObject {
    const { metadata } = object
    const key = keyOf(place.kind, metadata)
    metadata.resourceVersion = String(++revision)
    writes.push(`${verb} ${place.kind.plural} ${key}`)
    const held =
      (metadata.finalizers?.length ?? 0) > 0 ||
      (metadata.deletionGracePeriodSeconds ?? 0) > 0 ||
      ((object as { spec?: { finalizers?: string[] } }).spec?.finalizers?.length ?? 0) > 0
    if (metadata.deletionTimestamp && !held) {
      place.objects.delete(key)
      record(place, 'DELETED', object, before)
    } else {
      place.objects.set(key, object)
      record(place, before ? 'MODIFIED' : 'ADDED', object, before)
    }
    return object
  }

  function drafted<T extends KubeObject>(kind: Definition<T>, draft: Draft<T>): T {
    const object = structuredClone(draft) as unknown as T
    object.apiVersion = apiVersionOf(kind)
    object.kind = kind.kind
    const { metadata } = object
    if (!metadata.name && metadata.generateName)
      metadata.name = `${metadata.generateName}${(++ids).toString(36).padStart(5, 'b')}`
    if (kind.scope === 'Namespaced') metadata.namespace ??= 'default'
    metadata.uid = `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`
    metadata.creationTimestamp ??= timestamp()
    if (kind.hasGeneration) metadata.generation = 1
    return object
  }

  function check<T extends KubeObject>(kind: Definition<T>, object: T, old?: T) {
    kind.defaults(object)
    if (!old) kind.onCreate?.(object)
    const problems = kind.validate(object, old).filter((problem) => !!problem)
    if (problems.length > 0) throw invalid(kind, object.metadata.name, problems)
  }

  function create<T extends KubeObject>(kind: Definition<T>, draft: Draft<T>, dryRun = false): T {
    const object = drafted(kind, draft)
    const place = collection(kind as Definition<never>)
    if (place.objects.has(keyOf(place.kind, object.metadata))) throw alreadyExists(kind, object.metadata.name)
    refuseInTerminating(place.kind, object.metadata)
    const { deletionTimestamp: _deleted, resourceVersion: _version, ...metadata } = object.metadata
    object.metadata = metadata as T['metadata']
    if (kind.hasStatus && !kind.keepsStatusOnCreate) delete (object as { status?: unknown }).status
    check(kind, object)
    return dryRun ? object : (store(place, 'create', object) as T)
  }

  function refuseInTerminating(kind: Definition<never> | Definition, { namespace = '', name }: KubeObject['metadata']) {
    if (!collections.get('/namespaces')?.objects.get(namespace)?.metadata.deletionTimestamp) return
    const message = `unable to create new content in namespace ${namespace} because it is being terminated`
    const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated` }
    const refusal = forbidden(kind, name, message)
    throw new StatusError('Forbidden', refusal.message, { ...refusal.details, causes: [cause] })
  }

  /** Makes `next` the state of the object; `part` says which half of it the caller may change. */
  function replace<T extends KubeObject>(kind: Definition<T>, given: T, part: 'main' | 'status', dryRun = false): T {
    const old = present(kind, given.metadata)
    const wanted = given.metadata.resourceVersion
    if (wanted && wanted !== old.metadata.resourceVersion) throw conflict(kind, given.metadata.name)
    if (given.metadata.uid && given.metadata.uid !== old.metadata.uid)
      throw conflict(kind, given.metadata.name, 'the UID in the precondition does not match the UID in record')
    const next = structuredClone(part === 'status' ? { ...old, status: (given as { status?: unknown }).status } : given)
    next.apiVersion = apiVersionOf(kind)
    next.kind = kind.kind
    const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = old.metadata
    const kept = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation }
    next.metadata = JSON.parse(JSON.stringify({ ...next.metadata, namespace: old.metadata.namespace, ...kept }))
    if (part === 'main') {
      if (kind.hasStatus) Object.assign(next, { status: (old as { status?: unknown }).status })
      check(kind, next, old)
      if (kind.hasGeneration && mergePatchBetween(specOf(old), specOf(next)) !== undefined)
        next.metadata.generation = (generation ?? 0) + 1
    }
    const same = mergePatchBetween(withoutRevision(old), withoutRevision(next)) === undefined
    if (same) return old
    const verb = part === 'status' ? 'status' : 'update'
    return dryRun ? next : (store(collection(kind as Definition<never>), verb, next, old) as T)
  }

  function remove<T extends KubeObject>(kind: Definition<T>, at: Ref, options: Parameters<Client['remove']>[2] = {}) {
    const old = present(kind, at)
    const { propagation, graceSeconds, uid, resourceVersion, dryRun } = options
    if ((uid && uid !== old.metadata.uid) || (resourceVersion && resourceVersion !== old.metadata.resourceVersion))
      throw conflict(kind, at.name)
    const next = structuredClone(old)
    const finalizers = new Set(next.metadata.finalizers ?? [])
    if (propagation === 'Foreground') finalizers.add('foregroundDeletion')
    if (propagation === 'Orphan') finalizers.add('orphan')
    if (finalizers.size > 0) next.metadata.finalizers = [...finalizers]
    const grace = graceOf(next, graceSeconds)
    const first = !old.metadata.deletionTimestamp
    if (!first && grace >= (old.metadata.deletionGracePeriodSeconds ?? 0) && propagation === undefined) return old
    next.metadata.deletionTimestamp ??= `${new Date(now().getTime() + grace * 1000).toISOString().slice(0, 19)}Z`
    next.metadata.deletionGracePeriodSeconds = grace
    if (kind.plural === 'namespaces') Object.assign(next, { status: { phase: 'Terminating' } })
    if (dryRun) return next
    const place = collection(kind as Definition<never>)
    store(place, 'remove', next, old)
    return place.objects.get(keyOf(place.kind, at)) as T | undefined
  }

  async function* watch<T extends KubeObject>(
    kind: Definition<T>,
    { since, signal, ...selection }: ListOptions & { since?: string },
  ): AsyncGenerator<WatchEvent<T>> {
    const place = collection(kind as Definition<never>)
    const selects = selecting(kind, selection)
    let seen = since === undefined ? revision : Number(since)
    if (seen < compacted) throw expired()
    if (since === undefined)
      for (const object of place.objects.values()) if (selects(object)) yield { type: 'ADDED', object: object as T }
    const { history } = place
    let at = history.findIndex((change) => change.revision > seen)
    if (at < 0) at = history.length
    let wake: () => void = () => undefined
    const woken = () => wake()
    place.watchers.add(woken)
    signal?.addEventListener('abort', woken)
    try {
      while (!signal?.aborted) {
        if (place.history !== history) {
          yield { type: 'ERROR', object: expired().status() }
          return
        }
        const change = history[at]
        if (!change) {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
          continue
        }
        at++
        seen = change.revision
        const was = change.before ? selects(change.before) : false
        const is = change.type !== 'DELETED' && selects(change.object)
        const object = change.object as T
        if (is) yield { type: was ? 'MODIFIED' : 'ADDED', object }
        else if (was || (change.type === 'DELETED' && selects(object))) yield { type: 'DELETED', object }
      }
    } finally {
      place.watchers.delete(woken)
      signal?.removeEventListener('abort', woken)
    }
  }

  const client: MemoryClient = {
    writes,
    seed(kind, draft) {
      const object = drafted(kind, draft)
      return store(collection(kind as Definition<never>), 'seed', object) as typeof object
    },
    compact() {
      compacted = revision
      for (const place of collections.values()) {
        place.history = []
        for (const wake of place.watchers) wake()
      }
    },
    get: async (kind, at) => present(kind, at),
    async find(kind, at) {
      const found = collection(kind as Definition<never>).objects.get(keyOf(kind as Definition<never>, at))
      return found as ReturnType<typeof present<NonNullable<(typeof kind)['type']>>> | undefined
    },
    async list(kind, selection = {}) {
      const selects = selecting(kind, selection)
      const items = [...collection(kind as Definition<never>).objects.values()].filter(selects)
      return {
        apiVersion: apiVersionOf(kind),
        kind: `${kind.kind}List`,
        metadata: { resourceVersion: String(revision) },
        items: items as NonNullable<(typeof kind)['type']>[],
      }
    },
    create: async (kind, draft, write) => create(kind, draft, write?.dryRun),
    update: async (kind, object, write) => replace(kind, object, 'main', write?.dryRun),
    updateStatus: async (kind, object, write) => replace(kind, object, 'status', write?.dryRun),
    async patch(kind, at, patch, { type = 'merge', subresource, dryRun } = {}) {
      if (type === 'json' || (subresource && subresource !== 'status'))
        throw new StatusError('UnsupportedMediaType', `the in-memory client has no ${subresource ?? type} patch`)
      const next = mergePatch(present(kind, at), patch) as ReturnType<typeof present<NonNullable<typeof kind.type>>>
      return replace(kind, next, subresource === 'status' ? 'status' : 'main', dryRun)
    },
    async apply(kind, draft, { fieldManager, subresource, dryRun }) {
      const at = { namespace: draft.metadata.namespace, name: draft.metadata.name ?? '' }
      const memory = `${kind.group}/${kind.plural}/${keyOf(kind as Definition<never>, at)}/${fieldManager}/${subresource}`
      const { resourceVersion: _, ...metadata } = draft.metadata
      const wanted = structuredClone({ ...draft, metadata })
      const dropped = mergePatchBetween(applied.get(memory) ?? {}, wanted)
      if (!dryRun) applied.set(memory, wanted)
      if (!collection(kind as Definition<never>).objects.has(keyOf(kind as Definition<never>, at)))
        return create(kind, draft, dryRun)
      const old = present(kind, at)
      const next = mergePatch(mergePatch(old, dropped ?? {}), wanted) as typeof old
      return replace(kind, next, subresource === 'status' ? 'status' : 'main', dryRun)
    },
    remove: async (kind, at, removal) => remove(kind, at, removal),
    watch,
    async raw({ method, path, body }) {
      const found = /^\/api\/v1\/(?:namespaces\/([^/]+)\/pods|namespaces)\/([^/]+)\/(binding|finalize)$/.exec(path)
      if (!found || method === 'GET')
        throw new StatusError('NotFound', 'the server could not find the requested resource')
      const [, namespace, name = '', subresource] = found
      const place = collections.get(subresource === 'binding' ? '/pods' : '/namespaces')
      const old = place?.objects.get(namespace ? `${namespace}/${name}` : name)
      if (!place || !old) throw notFound({ plural: namespace ? 'pods' : 'namespaces', group: '' }, name)
      const next = structuredClone(old) as KubeObject & { spec: Record<string, unknown>; status?: object }
      if (subresource === 'binding') {
        const { target } = body as { target: { name: string } }
        if (next.spec.nodeName) throw conflict(place.kind, name, `pod ${name} is already assigned to node`)
        next.spec.nodeName = target.name
        next.status = scheduled(next.status, timestamp())
      } else next.spec = { ...next.spec, finalizers: (body as { spec: { finalizers?: string[] } }).spec.finalizers }
      const stored = store(place, subresource ?? '', next, old)
      return {
        status: 201,
        headers: {},
        object: async () => stored,
        bytes: () => noBytes(),
        events: () => noBytes(),
      }
    },
    connect: async () => {
      throw new StatusError('ServiceUnavailable', 'the in-memory client runs no containers')
    },
    logs: () => noBytes(),
    exec: async () => {
      throw new StatusError('ServiceUnavailable', 'the in-memory client runs no containers')
    },
    as: () => client,
  }
  return client
}

const specOf = (object: KubeObject) => {
  const { metadata: _metadata, status: _status, ...rest } = object as KubeObject & { status?: unknown }
  return rest
}

const withoutRevision = (object: KubeObject) => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: undefined, managedFields: undefined },
})

/** Pods that run somewhere get time to end; everything else goes at once. */
function graceOf(object: KubeObject, asked?: number): number {
  const pod = object as KubeObject & {
    spec?: { nodeName?: string; terminationGracePeriodSeconds?: number }
    status?: { phase?: string }
  }
  if (object.kind !== 'Pod' || !pod.spec?.nodeName) return 0
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return 0
  return asked ?? pod.spec.terminationGracePeriodSeconds ?? 30
}

function scheduled(status: object | undefined, at: string) {
  const before = (status as { conditions?: { type: string }[] } | undefined)?.conditions ?? []
  const others = before.filter(({ type }) => type !== 'PodScheduled')
  return { ...status, conditions: [...others, { type: 'PodScheduled', status: 'True', lastTransitionTime: at }] }
}

function selecting<T extends KubeObject>(kind: Definition<T>, { namespace, labels, fields }: ListOptions) {
  const wanted = labels ? parseSelector(labels) : []
  const fieldsWanted = fields ? parseFieldSelector(fields) : []
  return (object: KubeObject) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    matches(wanted, object.metadata.labels) &&
    fieldsMatch(fieldsWanted, (field) => fieldOf(kind, object as T, field))
}

function fieldOf<T extends KubeObject>(kind: Definition<T>, object: T, field: string): string | undefined {
  if (field === 'metadata.name') return object.metadata.name
  if (field === 'metadata.namespace') return object.metadata.namespace
  return kind.fields[field]?.(object)
}

const expired = () => new StatusError('Expired', 'The resourceVersion for the provided watch is too old.')

// biome-ignore lint/correctness/useYield: it ends at once on purpose.
async function* noBytes(): AsyncGenerator<never> {
  return
}
