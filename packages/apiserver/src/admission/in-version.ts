import { apiVersionOf, type Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Kinds } from '../kinds.ts'
import type { Admitted } from './interfaces.ts'

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

/** A write as one version of its kind has it. */
export interface Shown {
  definition: Definition
  object: KubeObject | undefined
  old: KubeObject | undefined
}

/** A promise only where a webhook has to convert. What CONNECT carries has one version. Throws InternalError when it cannot. */
export function shownAs(write: Admitted, definition: Definition): Shown | Promise<Shown> {
  const { object, old, kinds, definition: from } = write
  if (from === definition || write.operation === 'CONNECT') return { definition, object, old }
  if (!kinds.find(definition.group, definition.version, definition.plural)?.custom?.convert) {
    const seen = (one: typeof object) => one && inVersion(one, from, definition)
    return { definition, object: seen(object), old: seen(old) }
  }
  const seen = (one: typeof object) => one && converted(one, from, definition, kinds)
  return Promise.all([seen(object), seen(old)]).then(([next, before]) => ({ definition, object: next, old: before }))
}
