import { fairSlots } from '@sampan/kit/fair-slots'
import { invalid, StatusError } from '@sampan/resources/errors'
import type { KubeObject, WatchEvent } from '@sampan/resources/meta'
import { forbiddenField } from '@sampan/resources/problem'
import { type Change, Compacted, type Entry } from '@sampan/store/store'
import { formOf } from '../accept.ts'
import type { Context } from '../context.ts'
import { encode } from '../encode.ts'
import { onlyName, passes, selected } from '../filter.ts'
import { type Shown, shownAs } from '../forms.ts'
import type { Answer, Call } from '../handlers.ts'
import { type Filter, filterOf, flag, revisionOf, wholeNumber } from '../query.ts'
import type { Served } from '../served.ts'
import type { Target } from '../target.ts'

const bookmarkMs = 60_000

/** So many objects of the initial state are told at a time; users with much to be told take turns. */
const pieceSize = 200
const turns = fairSlots({ perKey: 2, waiting: Infinity })

/** One thing to tell a watcher; `entry` is what it is about, `at` the revision it proves. */
type Event =
  | { type: 'ADDED' | 'MODIFIED'; entry: Entry; at: number }
  | { type: 'DELETED'; entry: Entry; at: number }
  | { type: 'BOOKMARK'; at: number; initialEnd?: boolean }
  | { type: 'ERROR'; error: StatusError }

/** Every change of a collection from a revision on. Bytes are made once and shared by all who watch in plain form. */
export async function watch(context: Context, { served, namespace, name }: Target, call: Call): Promise<Answer> {
  const { query } = call
  const form = formOf(call.headers.accept)
  const filter = named(filterOf(query, served.definition), name)
  const since = revisionOf(query.get('resourceVersion'))
  const initial = initialEventsOf(query)
  const bookmarks = flag(query, 'allowWatchBookmarks')
  const timeout = wholeNumber(query, 'timeoutSeconds') || Math.round(1800 * (1 + context.random()))
  const shown = shownAs(form, served, query, context.now)
  const source = (): AsyncGenerator<Event[]> =>
    events(context, served, {
      prefix: served.prefix(namespace),
      filter,
      since,
      initial,
      bookmarks,
      timeoutMs: timeout * 1000,
      signal: call.signal,
      who: call.user.name,
    })
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    watch: { lines: () => linesOf(source(), served, shown), events: () => objectsOf(source(), served, shown) },
  }
}

const named = (filter: Filter, name: string | undefined): Filter =>
  name === undefined
    ? filter
    : { ...filter, open: false, fields: [...filter.fields, { field: 'metadata.name', operator: '=', value: name }] }

/** Whether the state comes first: true, false, or undefined to go by the resourceVersion. Throws Invalid. */
function initialEventsOf(query: URLSearchParams): boolean | undefined {
  const match = query.get('resourceVersionMatch')
  const about = { kind: 'ListOptions', group: 'meta.k8s.io' }
  if (!query.has('sendInitialEvents')) {
    if (match)
      throw invalid(about, '', [
        forbiddenField(
          'resourceVersionMatch',
          'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
        ),
      ])
    return undefined
  }
  if (match !== 'NotOlderThan')
    throw invalid(about, '', [
      forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    ])
  return flag(query, 'sendInitialEvents')
}

interface Watching {
  prefix: string
  filter: Filter
  since: number | undefined
  initial: boolean | undefined
  bookmarks: boolean
  timeoutMs: number
  signal: AbortSignal
  /** The user's name. */
  who: string
}

/**
 * What a wait ended with: the store had something, or it was time for a bookmark or to stop. `at` is the revision of that
 * moment: whatever is newer has not been passed on yet, and no bookmark may cover it.
 */
type Woken = IteratorResult<Change[]> | Beat
interface Beat {
  is: 'bookmark' | 'timeout'
  at: number
}

async function* events({ store }: Context, served: Served, watching: Watching): AsyncGenerator<Event[]> {
  const { prefix, filter, since, initial, bookmarks, timeoutMs, signal, who } = watching
  const stop = new AbortController()
  const onAbort = () => stop.abort()
  if (signal.aborted) return
  signal.addEventListener('abort', onAbort)
  let deadline: NodeJS.Timeout | undefined
  let beat: NodeJS.Timeout | undefined
  let wake: ((beat: Beat) => void) | undefined
  let isOver = false
  try {
    let from = since ?? 0
    const first: Event[] = []
    if (initial ?? !since) {
      const page = store.list(prefix)
      if (served.ready) await served.ready(page.entries)
      for (const entry of page.entries)
        if (passes(filter, served, entry)) first.push({ type: 'ADDED', entry, at: entry.modified })
      from = page.at
      if (initial && bookmarks) first.push({ type: 'BOOKMARK', at: from, initialEnd: true })
    } else if (initial === false && !since) from = store.revision
    const changes = store.watch(prefix, from, stop.signal)[Symbol.asyncIterator]()
    for (let start = 0; start < first.length; start += pieceSize) {
      // A thousand watches of a large collection would otherwise hold everybody up, and all of it in memory.
      if (first.length > pieceSize) (await turns.enter(who))()
      if (signal.aborted) return
      yield first.slice(start, start + pieceSize)
    }
    let at = from
    deadline = setTimeout(() => {
      isOver = true
      wake?.({ is: 'timeout', at: store.revision })
    }, timeoutMs)
    if (bookmarks) beat = setInterval(() => wake?.({ is: 'bookmark', at: store.revision }), bookmarkMs)
    let next = changes.next()
    for (;;) {
      const woken: Woken = await Promise.race([
        next,
        new Promise<Beat>((resolve) => {
          wake = resolve
        }),
      ])
      if ('is' in woken) {
        at = Math.max(at, woken.at)
        if (bookmarks) yield [{ type: 'BOOKMARK', at }]
        if (woken.is === 'timeout') return
        continue
      }
      if (woken.done) return
      if (served.ready) await served.ready(woken.value.flatMap(entriesOf))
      const told: Event[] = []
      for (const change of woken.value) {
        at = change.entry.modified
        const event = eventOf(change, served, filter)
        if (event) told.push(event)
      }
      next = changes.next()
      if (told.length > 0) yield told
      // The time ran out while the reader was busy.
      if (isOver) {
        if (bookmarks) yield [{ type: 'BOOKMARK', at }]
        return
      }
    }
  } catch (error) {
    if (error instanceof StatusError) return yield [{ type: 'ERROR', error }]
    if (!(error instanceof Compacted)) throw error
    yield [{ type: 'ERROR', error: new StatusError('Expired', `too old resource version: ${since ?? 0}`) }]
  } finally {
    clearTimeout(deadline)
    clearInterval(beat)
    signal.removeEventListener('abort', onAbort)
    stop.abort()
  }
}

const entriesOf = ({ entry, previous }: Change): Entry[] => (previous ? [entry, previous] : [entry])

/** What a change means to someone who sees only a selection: entering is ADDED, leaving is DELETED. */
function eventOf(change: Change, served: Served, filter: Filter): Event | undefined {
  const { entry } = change
  const at = entry.modified
  if (filter.open) {
    if (change.type === 'delete') return { type: 'DELETED', entry, at }
    return { type: change.previous ? 'MODIFIED' : 'ADDED', entry, at }
  }
  const { definition } = served
  const only = onlyName(filter)
  if (only !== undefined && !entry.key.endsWith(`/${only}`)) return undefined
  if (change.type === 'delete')
    return selected(filter, definition, served.object(entry)) ? { type: 'DELETED', entry, at } : undefined
  const before = change.previous && selected(filter, definition, served.object(change.previous))
  if (selected(filter, definition, served.object(entry))) return { type: before ? 'MODIFIED' : 'ADDED', entry, at }
  return before ? { type: 'DELETED', entry: change.previous!, at } : undefined
}

/** The object of an event: what is deleted carries the revision of the deletion. */
function objectOf(event: Event & { entry: Entry }, served: Served): KubeObject {
  const object = served.object(event.entry)
  if (event.type !== 'DELETED') return object
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(event.at) } }
}

const bookmarkOf = (served: Served, at: number, annotations: Record<string, string> | undefined) => ({
  kind: served.definition.kind,
  apiVersion: served.apiVersion,
  metadata: { resourceVersion: String(at), creationTimestamp: null, ...(annotations && { annotations }) },
})

const initialEnd = { 'k8s.io/initial-events-end': 'true' }

function toldAs(event: Event, served: Served, shown: Shown | undefined): WatchEvent {
  if (event.type === 'ERROR') return { type: 'ERROR', object: event.error.status() }
  if (event.type === 'BOOKMARK') {
    const annotations = event.initialEnd ? initialEnd : undefined
    const object = shown?.bookmark(String(event.at), annotations) ?? bookmarkOf(served, event.at, annotations)
    return { type: 'BOOKMARK', object: object as KubeObject }
  }
  const object = objectOf(event, served)
  return { type: event.type, object: (shown ? shown.event(object) : object) as KubeObject }
}

async function* objectsOf(
  source: AsyncGenerator<Event[]>,
  served: Served,
  shown: Shown | undefined,
): AsyncGenerator<WatchEvent> {
  for await (const batch of source) for (const event of batch) yield toldAs(event, served, shown)
}

async function* linesOf(
  source: AsyncGenerator<Event[]>,
  served: Served,
  shown: Shown | undefined,
): AsyncGenerator<Uint8Array[]> {
  for await (const batch of source) yield batch.map((event) => lineOf(event, served, shown))
}

const before = {
  ADDED: Buffer.from('{"type":"ADDED","object":'),
  MODIFIED: Buffer.from('{"type":"MODIFIED","object":'),
  DELETED: Buffer.from('{"type":"DELETED","object":'),
}
const after = Buffer.from('}\n')
const newline = Buffer.from('\n')

/** Lines of the current turn of the event loop: a thousand watchers of one change share one buffer. */
const lines = new Map<Uint8Array, Partial<Record<string, Uint8Array>>>()

function lineOf(event: Event, served: Served, shown: Shown | undefined): Uint8Array {
  if (shown || event.type === 'BOOKMARK' || event.type === 'ERROR')
    return Buffer.concat([encode(toldAs(event, served, shown)), newline])
  const bytes = served.bytes(event.entry)
  let known = lines.get(bytes)
  if (!known) {
    if (lines.size === 0) setImmediate(() => lines.clear())
    known = {}
    lines.set(bytes, known)
  }
  const id = event.type === 'DELETED' ? `DELETED ${event.at}` : event.type
  const line =
    known[id] ??
    Buffer.concat([before[event.type], event.type === 'DELETED' ? encode(objectOf(event, served)) : bytes, after])
  known[id] = line
  return line
}
