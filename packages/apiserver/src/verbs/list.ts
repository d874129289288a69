import { StatusError } from '@sampan/resources/errors'
import type { ListMeta } from '@sampan/resources/meta'
import { Compacted, type Entry, type Page } from '@sampan/store/store'
import { formOf } from '../accept.ts'
import type { Context } from '../context.ts'
import { type Continue, continueToken, parseContinue } from '../continue-token.ts'
import { onlyName, passes } from '../filter.ts'
import { shownAs } from '../forms.ts'
import type { Answer, Call } from '../handlers.ts'
import { type ListOptions, listOptionsOf } from '../query.ts'
import { waitForRevision } from '../revision.ts'
import type { Served } from '../served.ts'
import type { Target } from '../target.ts'

const comma = Buffer.from(',')
const end = Buffer.from(']}')

/** A collection; the answer is put together from the bytes of its objects. */
export async function list(context: Context, target: Target, call: Call): Promise<Answer> {
  const { served } = target
  const form = formOf(call.headers.accept)
  const options = listOptionsOf(call.query, served.definition)
  if (options.revision) await waitForRevision(context.store, String(options.revision))
  const { entries, metadata } = await select(context, target, options)
  const shown = shownAs(form, served, call.query, context.now)
  if (shown) return { status: 200, object: shown.list(entries.map(served.object), metadata) }
  const head = { kind: `${served.definition.kind}List`, apiVersion: served.apiVersion, metadata }
  return {
    status: 200,
    json: pieces(head, served, entries),
    value: () => ({ ...head, items: entries.map(served.object) }),
  }
}

function pieces(head: object, served: Served, entries: readonly Entry[]): Uint8Array[] {
  const open = JSON.stringify(head)
  const all: Uint8Array[] = [Buffer.from(`${open.slice(0, -1)},"items":[`)]
  for (const entry of entries) {
    if (all.length > 1) all.push(comma)
    all.push(served.bytes(entry))
  }
  all.push(end)
  return all
}

/** The entries of one page and the list's metadata. */
export async function select(
  { store }: Context,
  { served, namespace, name }: Target,
  { filter, limit, continue: token, revision, match }: ListOptions,
): Promise<{ entries: Entry[]; metadata: ListMeta }> {
  const prefix = served.prefix(namespace)
  const only = name ?? onlyName(filter)
  if (only !== undefined && (namespace || served.definition.scope === 'Cluster')) {
    const entry = store.get(served.key(only, namespace))
    if (entry) await served.ready?.([entry])
    const entries = entry && passes(filter, served, entry) ? [entry] : []
    return { entries, metadata: { resourceVersion: String(store.revision) } }
  }
  const from: Continue | undefined = token
    ? parseContinue(token, prefix)
    : match === 'Exact'
      ? { revision: revision!, after: '' }
      : undefined
  const at = from && from.revision >= 0 ? from.revision : undefined
  const entries: Entry[] = []
  let after = from?.after || undefined
  let page: Page
  do {
    const room = limit === undefined ? undefined : filter.open ? limit - entries.length : Math.max(limit, 500)
    page = read(store, prefix, { after, at, limit: room }, from)
    if (served.ready) await served.ready(page.entries)
    for (const [index, entry] of page.entries.entries()) {
      after = entry.key
      if (passes(filter, served, entry)) entries.push(entry)
      if (entries.length === limit) {
        page.remaining += page.entries.length - index - 1
        break
      }
    }
  } while (page.remaining > 0 && limit !== undefined && entries.length < limit)
  const more = page.remaining > 0 && after !== undefined
  return {
    entries,
    metadata: {
      resourceVersion: String(page.at),
      ...(more && { continue: continueToken({ revision: page.at, after: after! }) }),
      ...(more && filter.open && { remainingItemCount: page.remaining }),
    },
  }
}

function read(
  store: Context['store'],
  prefix: string,
  where: { after: string | undefined; at: number | undefined; limit: number | undefined },
  from: Continue | undefined,
): Page {
  try {
    return store.list(prefix, {
      ...(where.after !== undefined && { after: where.after }),
      ...(where.at !== undefined && { at: where.at }),
      ...(where.limit !== undefined && { limit: where.limit }),
    })
  } catch (error) {
    if (!(error instanceof Compacted)) throw error
    throw new ExpiredList(from?.after)
  }
}

/** 410, with a token to go on from the same place in the newest state: the rest may not fit what was read before. */
class ExpiredList extends StatusError {
  readonly #after: string | undefined
  constructor(after: string | undefined) {
    super(
      'Expired',
      after === undefined
        ? 'The resourceVersion for the provided list is too old.'
        : 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    )
    this.#after = after
  }

  override status() {
    const status = super.status()
    if (this.#after) status.metadata = { continue: continueToken({ revision: -1, after: this.#after }) }
    return status
  }
}
