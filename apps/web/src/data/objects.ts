import { waitAfter } from '@sampan/kit/backoff'
import type { KubeObject, ListMeta } from '@sampan/resources/meta'
import { linesOf, Refused } from './api.ts'

/** A collection of the Kubernetes API, or a part of it. */
export interface Source {
  /** As `/apis/apps/v1/namespaces/shop/deployments`. */
  path: string
  labels?: string
  fields?: string
  /** `table`: rows as kubectl prints them, each with its metadata; `metadata`: nothing but that. Default: whole objects. */
  form?: 'object' | 'table' | 'metadata'
}

export interface TableColumn {
  name: string
  type: string
  format?: string
  description?: string
  /** 0 is always shown; more only where there is room. */
  priority: number
}

/** A row of a table: cells in the order of the columns. */
export interface Row extends KubeObject {
  cells: readonly unknown[]
}

export interface Snapshot<T extends KubeObject = KubeObject> {
  items: readonly T[]
  /** Whether the first page is there. */
  isLoaded: boolean
  /** Whether every page is there. */
  isComplete: boolean
  /** Why there is nothing to come: the server refuses. */
  error?: Error
  /** With form `table`. */
  columns?: readonly TableColumn[]
}

/** How a store reaches the server: tests bring their own. */
export interface Reach {
  list(path: string, options: { accept: string; signal: AbortSignal }): Promise<Answer>
  /** Lines of a watch; see `Line.stream` for what it throws. */
  watch(path: string, options: { accept: string; signal: AbortSignal }): AsyncIterable<string>
}

interface Answer {
  metadata: ListMeta
  items?: KubeObject[]
  kind?: string
  columnDefinitions?: TableColumn[] | null
  rows?: { cells: unknown[]; object: KubeObject }[]
}

type Event = { type: string; object: Answer & KubeObject & { code?: number; message?: string } }

const accepts = {
  object: 'application/json',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  metadata: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
}
const watchAccepts = {
  ...accepts,
  metadata: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json',
}

export interface ObjectStore<T extends KubeObject = KubeObject> {
  readonly snapshot: Snapshot<T>
  listen(listener: () => void): () => void
  /** After a refusal: asks again. */
  retry(): void
  close(): void
}

interface StoreOptions {
  reach: Reach
  pageSize?: number
  /** Changes within this time are told of once, in milliseconds. */
  gatherMs?: number
  waitMs?: (failures: number) => number
}

const empty: Snapshot<never> = { items: [], isLoaded: false, isComplete: false }

/**
 * Keeps every object of a source current: pages of a list first, then a watch from there; a watch that ends goes on from the
 * last revision it told (bookmarks included), one that is too old starts again with the list. Nothing is asked for again
 * without a reason, and what is shown stays while the connection is away.
 */
export function objectStore<T extends KubeObject = KubeObject>(source: Source, options: StoreOptions): ObjectStore<T> {
  const { reach, pageSize = 500, gatherMs = 80, waitMs = (n) => waitAfter(n, { first: 300, most: 10_000 }) } = options
  const form = source.form ?? 'object'
  const listeners = new Set<() => void>()
  let objects = new Map<string, T>()
  let snapshot: Snapshot<T> = empty
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = new AbortController()

  function publish(changes: Partial<Snapshot<T>> = {}) {
    clearTimeout(timer)
    timer = undefined
    snapshot = { ...snapshot, ...changes, items: [...objects.values()] }
    for (const listener of listeners) listener()
  }
  const publishSoon = () => {
    timer ??= setTimeout(publish, gatherMs)
  }

  /** Reads every page; gives the revision to watch from. */
  async function listAll(signal: AbortSignal): Promise<string> {
    const fresh = new Map<string, T>()
    let token: string | undefined
    for (;;) {
      const page = await reach.list(pathOf(source, { limit: String(pageSize), ...(token && { continue: token }) }), {
        accept: accepts[form],
        signal,
      })
      for (const item of itemsOf<T>(page)) fresh.set(keyOf(item), item)
      token = page.metadata.continue || undefined
      const columns = page.columnDefinitions ?? snapshot.columns
      // The first list shows as it comes; a later one replaces what is there when it is whole.
      if (!token || !snapshot.isComplete) {
        objects = fresh
        publish({ isLoaded: true, isComplete: !token, error: undefined, ...(columns && { columns }) })
      }
      if (!token) return page.metadata.resourceVersion ?? '0'
    }
  }

  function take(line: string): string | undefined {
    const { type, object } = JSON.parse(line) as Event
    if (type === 'ERROR') throw new Refused(object.code ?? 500, object.message ?? 'The watch broke off.')
    if (type === 'BOOKMARK') return revisionOf(object)
    let revision: string | undefined
    for (const item of itemsOf<T>(object)) {
      if (type === 'DELETED') objects.delete(keyOf(item))
      else objects.set(keyOf(item), item)
      revision = item.metadata.resourceVersion
    }
    publishSoon()
    return revision
  }

  async function run(signal: AbortSignal) {
    let revision: string | undefined
    let failures = 0
    while (!signal.aborted) {
      try {
        revision ??= await listAll(signal)
        const query = { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: revision }
        for await (const line of linesOf(reach.watch(pathOf(source, query), { accept: watchAccepts[form], signal }))) {
          if (signal.aborted) return
          revision = take(line) ?? revision
          failures = 0
        }
        failures++
      } catch (error) {
        if (signal.aborted) return
        const status = error instanceof Refused ? error.status : 0
        if (status === 410) revision = undefined
        else if (status === 401 || status === 403 || status === 404 || status === 405 || status === 400)
          return publish({ error: error as Error })
        // Said while nothing is there; it goes on trying, and what comes then takes its place.
        else if (!snapshot.isLoaded && failures >= (error instanceof Refused ? 1 : 3))
          publish({ error: error as Error })
        failures++
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs(failures)))
    }
  }

  void run(stop.signal)
  return {
    get snapshot() {
      return snapshot
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    retry() {
      stop.abort()
      stop = new AbortController()
      snapshot = { ...snapshot, error: undefined }
      void run(stop.signal)
    },
    close() {
      clearTimeout(timer)
      stop.abort()
    },
  }
}

const keyOf = ({ metadata }: KubeObject) => metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`

/** Bookmarks of tables are tables too. */
const revisionOf = (object: Answer & KubeObject) =>
  object.rows?.[0]?.object.metadata.resourceVersion ?? object.metadata.resourceVersion

/** The objects of a list, of a table, or the one object that is given. */
function itemsOf<T extends KubeObject>(answer: Answer | KubeObject): T[] {
  if ('rows' in answer && answer.rows)
    return answer.rows.map(({ cells, object }) => ({ metadata: object.metadata, cells }) as unknown as T)
  if ('items' in answer && answer.items) return answer.items as T[]
  return 'columnDefinitions' in answer || !('name' in answer.metadata) ? [] : [answer as unknown as T]
}

function pathOf({ path, labels, fields }: Source, query: Record<string, string>): string {
  const all = new URLSearchParams({
    ...query,
    ...(labels && { labelSelector: labels }),
    ...(fields && { fieldSelector: fields }),
  })
  return `${path}?${all}`
}
