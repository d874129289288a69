import { apiVersionOf, type Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Kinds } from '../kinds.ts'

/** The same object as another version of its kind shows it. Does not change what it is given. */
export function inVersion(object: KubeObject, from: Definition, to: Definition): KubeObject {
  if (from === to) return object
  const stored = from.storedAs ? from.storedAs.encode(object) : object
  const shown = to.storedAs ? to.storedAs.decode(stored) : stored
  return { ...shown, apiVersion: apiVersionOf(to), kind: to.kind }
}

/** The same for kinds whose versions only a webhook can convert. Throws InternalError when it cannot. */
export async function converted(
  object: KubeObject,
  from: Definition,
  to: Definition,
  kinds: Kinds,
): Promise<KubeObject> {
  const convert = kinds.find(to.group, to.version, to.plural)?.custom?.convert
  if (from === to || !convert) return inVersion(object, from, to)
  const [made] = await convert([{ ...object, apiVersion: apiVersionOf(from), kind: from.kind }], apiVersionOf(to))
  return made!
}
