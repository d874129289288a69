import type { KubeObject } from '@sampan/resources/meta'
import type { Revision } from '@sampan/store/store'
import { remember } from './objects.ts'

const encoder = new TextEncoder()

/** JSON as bytes. */
export const encode = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))

/**
 * What `Store.put` wants: sets the revision in `object`, encodes it, and keeps it as the parsed form of those bytes, so
 * `object` must not be changed afterwards.
 */
export const encodedAt = (object: KubeObject) => (revision: Revision) => {
  object.metadata.resourceVersion = String(revision)
  const bytes = encode(object)
  remember(bytes, object)
  return bytes
}
