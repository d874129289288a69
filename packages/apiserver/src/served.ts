import { apiVersionOf, type Definition, type Schema, type Verb } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Entry } from '@sampan/store/store'
import { encode } from './encode.ts'
import { keyOf, prefixOf } from './keys.ts'
import { objectOf } from './objects.ts'

/** A kind as this server offers it at one group and version. */
export interface Served {
  definition: Definition
  apiVersion: string
  verbs: ReadonlySet<Verb>
  /** The structural schema, when there is one. */
  schema(): Schema | undefined
  /** Set for custom resources: they have no strategic merge patch, and are pruned and checked by their schema. */
  custom?: CustomKind
  key(name: string, namespace?: string): string
  prefix(namespace?: string): string
  /** The object in an entry, in this version: shared, never changed. */
  object(entry: Entry): KubeObject
  /** Its JSON. */
  bytes(entry: Entry): Uint8Array
  /**
   * Converts what others have to convert, so that `object` and `bytes` have it. Left out, or no promise: there is nothing to
   * wait for. Throws InternalError when the conversion fails.
   */
  ready?(entries: readonly Entry[]): Promise<void> | undefined
  /** The form that is kept. Throws InternalError when it has to be converted and that fails. */
  stored(object: KubeObject): KubeObject | Promise<KubeObject>
}

/** Converts objects of a custom kind to another `apiVersion` of it. Throws InternalError. */
export type Convert = (objects: readonly KubeObject[], apiVersion: string) => Promise<KubeObject[]>

export interface CustomKind {
  /** The name of its CustomResourceDefinition. */
  definedBy: string
  /** Set when versions differ by more than their name. */
  convert?: Convert
  scale?: { labelSelectorPath?: string }
}

const allVerbs: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

export function servedFrom(
  definition: Definition,
  schema: () => Schema | undefined = () => definition.schema,
  custom?: CustomKind,
): Served {
  const { storedAs } = definition
  const kept = storedAs?.definition ?? definition
  const views = new WeakMap<Uint8Array, { object: KubeObject; bytes?: Uint8Array }>()
  const view = (entry: Entry) => {
    let one = views.get(entry.value)
    if (!one) {
      const kept = objectOf(entry)
      const object = storedAs!.decode(kept)
      one = object === kept ? { object, bytes: entry.value } : { object }
      views.set(entry.value, one)
    }
    return one
  }
  const apiVersion = apiVersionOf(definition)
  const convert = custom?.convert
  const isForeign = (entry: Entry) => !views.has(entry.value) && objectOf(entry).apiVersion !== apiVersion
  const prepare = async (entries: readonly Entry[]) => {
    const foreign = entries.filter(isForeign)
    const converted = await convert!(
      foreign.map((entry) => objectOf(entry)),
      apiVersion,
    )
    for (const [index, entry] of foreign.entries())
      views.set(entry.value, { object: storedAs!.decode(converted[index]!) })
  }
  return {
    definition,
    apiVersion,
    verbs: new Set(definition.verbs ?? allVerbs),
    schema,
    ...(custom && { custom }),
    key: (name, namespace) => keyOf(kept, name, namespace),
    prefix: (namespace) => prefixOf(kept, namespace),
    object: storedAs ? (entry) => view(entry).object : (entry) => objectOf(entry),
    bytes: storedAs
      ? (entry) => {
          const one = view(entry)
          one.bytes ??= encode(one.object)
          return one.bytes
        }
      : (entry) => entry.value,
    ...(convert && { ready: (entries: readonly Entry[]) => (entries.some(isForeign) ? prepare(entries) : undefined) }),
    stored: convert
      ? (object) =>
          apiVersionOf(kept) === apiVersion ? object : convert([object], apiVersionOf(kept)).then(([one]) => one!)
      : storedAs
        ? (object) => storedAs.encode(object)
        : (object) => object,
  }
}
