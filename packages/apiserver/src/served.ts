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
  /** The form that is kept. */
  stored(object: KubeObject): KubeObject
}

export interface CustomKind {
  /** The name of its CustomResourceDefinition. */
  definedBy: string
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
      one = { object: storedAs!.decode(objectOf(entry)) }
      views.set(entry.value, one)
    }
    return one
  }
  return {
    definition,
    apiVersion: apiVersionOf(definition),
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
    stored: storedAs ? (object) => storedAs.encode(object) : (object) => object,
  }
}
