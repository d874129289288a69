import type { KubeObject } from '@sampan/resources/meta'
import type { Entry, Revision, Store } from '@sampan/store/store'

const encoder = new TextEncoder()

/** JSON as bytes. */
export const encode = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))

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
