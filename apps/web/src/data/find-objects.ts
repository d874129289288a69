import type { KubeObject, ListMeta } from '@sampan/resources/meta'
import { api, Refused } from './api.ts'
import { type ApiKind, kinds, objectPath } from './discovery.ts'

export interface Found {
  kind: ApiKind
  namespace?: string
  name: string
  href: string
  /** What is searched: name, kind and namespace. */
  text: string
}

export interface Finding {
  found: readonly Found[]
  isComplete: boolean
  /** Kinds with more objects than are kept: those beyond are found by their whole name. */
  cut: readonly ApiKind[]
}

interface Page {
  metadata: ListMeta
  items: KubeObject[]
}

interface Options {
  signal: AbortSignal
  /** Told of what there is so far, a few times a second. */
  onMore: (finding: Finding) => void
  kinds?: (signal: AbortSignal) => Promise<ApiKind[]>
  list?: (path: string, signal: AbortSignal) => Promise<Page>
  pageSize?: number
  mostPerKind?: number
  gatherMs?: number
}

/** Kinds nobody looks for by name. */
const unsought = new Set([
  'events',
  'endpoints',
  'endpointslices',
  'leases',
  'componentstatuses',
  'controllerrevisions',
  'pods/log',
])

const isSought = (kind: ApiKind) => kind.verbs.includes('list') && !unsought.has(kind.plural) && kind.isPreferred

const namesOnly = (path: string, signal: AbortSignal) =>
  api<Page>(path, {
    accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
    signal,
  })

/** Browsers open six connections to a host; the page needs some of them. */
const atOnce = 4

/**
 * Every object the user may see, by name only: what the palette searches. Page after page of every kind, told of as it
 * comes; kinds that are refused are left out, and what is beyond `mostPerKind` is named.
 */
export async function findObjects(options: Options): Promise<void> {
  const { signal, onMore, list = namesOnly, pageSize = 1_000, mostPerKind = 20_000, gatherMs = 250 } = options
  const waiting = (await (options.kinds ?? kinds)(signal)).filter(isSought)
  const found: Found[] = []
  const cut: ApiKind[] = []
  let toldAt = performance.now()

  async function read(kind: ApiKind) {
    let token: string | undefined
    for (let count = 0; !signal.aborted; ) {
      const query = new URLSearchParams({ limit: String(pageSize), ...(token && { continue: token }) })
      const { items, metadata } = await list(`/kube${kind.path}?${query}`, signal)
      for (const item of items) found.push(foundOf(kind, item))
      count += items.length
      token = metadata.continue || undefined
      if (!token) return
      if (count >= mostPerKind) return void cut.push(kind)
      if (performance.now() - toldAt < gatherMs) continue
      toldAt = performance.now()
      onMore({ found: [...found], isComplete: false, cut: [...cut] })
    }
  }

  async function work() {
    for (let kind = waiting.shift(); kind && !signal.aborted; kind = waiting.shift()) {
      try {
        await read(kind)
      } catch (error) {
        // Not for this user, or gone between two pages: the others are still there.
        if (!(error instanceof Refused)) throw error
      }
    }
  }

  await Promise.all(Array.from({ length: atOnce }, work))
  if (!signal.aborted) onMore({ found, isComplete: true, cut })
}

/** Objects of these kinds with exactly this name, asked of the server. */
export async function findNamed(
  among: readonly ApiKind[],
  name: string,
  { signal, list = namesOnly }: Pick<Options, 'signal' | 'list'>,
): Promise<Found[]> {
  if (!/^[a-z0-9][a-z0-9.:-]*$/.test(name)) return []
  const query = new URLSearchParams({ fieldSelector: `metadata.name=${name}` })
  const pages = await Promise.all(
    among.map(async (kind) => {
      const { items } = await list(`/kube${kind.path}?${query}`, signal)
      return items.map((item) => foundOf(kind, item))
    }),
  )
  return pages.flat()
}

const foundOf = (kind: ApiKind, { metadata: { name, namespace } }: KubeObject): Found => ({
  kind,
  name,
  ...(namespace && { namespace }),
  href: objectPath(kind, { name, namespace }),
  text: `${name} ${kind.kind} · ${namespace ?? ''}`.toLowerCase(),
})
