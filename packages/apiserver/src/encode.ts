import type { KubeObject } from '@sampan/resources/meta'
import type { Entry, Revision, Store } from '@sampan/store/store'

const encoder = new TextEncoder()

/** JSON as bytes. */
export const encode = (value: unknown): Uint8Array => {
  const text = JSON.stringify(value)
  return encoder.encode(isRevision(value) ? withoutMarkup(text) : text)
}

/** Clients compare the data of revisions, byte by byte, with JSON of theirs: that of Go, which escapes these. */
const isRevision = (value: unknown) => (value as { kind?: unknown } | undefined)?.kind === 'ControllerRevision'

const withoutMarkup = (json: string) =>
  json.replace(/[<>&\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

/**
 * Stores `object` with its revision in it. It stays the parsed form of what is stored, so it must not be changed
 * afterwards. Rejects as `Store.put` does.
 */
export const putObject = (store: Store, key: string, object: KubeObject, expect: Revision): Promise<Entry> =>
  store.put(
    key,
    (revision) => {
      object.metadata.resourceVersion = String(revision)
      return encode(object)
    },
    expect,
    object,
  )
