import { apiVersionOf, type Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'

/** The same object as another version of its kind shows it. Does not change what it is given. */
export function inVersion(object: KubeObject, from: Definition, to: Definition): KubeObject {
  if (from === to) return object
  const stored = from.storedAs ? from.storedAs.encode(object) : object
  const shown = to.storedAs ? to.storedAs.decode(stored) : stored
  return { ...shown, apiVersion: apiVersionOf(to), kind: to.kind }
}
