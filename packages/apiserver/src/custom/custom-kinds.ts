import type { Definition } from '@sampan/resources/define'
import type { Entry, Store } from '@sampan/store/store'
import type { Kinds } from '../kinds.ts'
import { objectOf, objectsOf } from '../objects.ts'
import { servedFrom } from '../served.ts'
import { converter } from './converter.ts'
import { cleanup } from './crd-admission.ts'
import { type Crd, customDefinition } from './custom-definition.ts'

const prefix = '/apiextensions.k8s.io/customresourcedefinitions/'

export interface CustomKinds {
  /** To be called when a write has become visible. */
  afterWrite(group: string, plural: string): void
}

export interface CustomKindsOptions {
  store: Store
  kinds: Kinds
  /** Removes every object of a kind whose definition is going away. */
  removeAll(definition: Definition): Promise<void>
  /** Lets go of a definition whose objects are gone. */
  release(name: string): Promise<void>
}

/** Keeps what is served in step with the CustomResourceDefinitions in the store: within the write that changes them. */
export function customKinds({ store, kinds, removeAll, release }: CustomKindsOptions): CustomKinds {
  const objects = objectsOf(store)
  const known = new Map<string, { entry: Entry; definitions: Definition[] }>()
  const clearing = new Set<string>()

  const drop = (key: string) => {
    for (const definition of known.get(key)?.definitions ?? []) kinds.remove(definition)
    known.delete(key)
  }

  const take = (entry: Entry) => {
    drop(entry.key)
    const crd = objectOf<Crd>(entry)
    const isEstablished = crd.status?.conditions?.some((one) => one.type === 'Established' && one.status === 'True')
    const definitions = isEstablished
      ? preferredFirst(crd.spec.versions.filter((one) => one.served)).map((version) => customDefinition(crd, version))
      : []
    const convert =
      crd.spec.conversion?.strategy === 'Webhook' && crd.spec.versions.length > 1 ? converter(crd, objects) : undefined
    for (const definition of definitions) {
      const labelSelectorPath = crd.spec.versions.find((one) => one.name === definition.version)?.subresources?.scale
        ?.labelSelectorPath
      kinds.add(
        servedFrom(definition, () => definition.schema, {
          definedBy: crd.metadata.name,
          ...(convert && { convert }),
          ...(labelSelectorPath && { scale: { labelSelectorPath } }),
        }),
      )
    }
    known.set(entry.key, { entry, definitions })
    if (crd.metadata.deletionTimestamp) void clear(crd)
  }

  /** Objects first, then the definition; comes back when an object with finalizers has gone. */
  const clear = async ({ metadata, spec }: Crd) => {
    if (!metadata.finalizers?.includes(cleanup) || clearing.has(metadata.name)) return
    clearing.add(metadata.name)
    try {
      const kept = known.get(prefix + metadata.name)?.definitions[0]
      const where = `/${spec.group}/${spec.names.plural}/`
      if (kept && store.count(where) > 0) await removeAll(kept)
      if (store.count(where) === 0) await release(metadata.name)
    } finally {
      clearing.delete(metadata.name)
    }
  }

  const sync = () => {
    const { entries } = store.list(prefix)
    const there = new Set(entries.map(({ key }) => key))
    for (const key of known.keys()) if (!there.has(key)) drop(key)
    for (const entry of entries) if (known.get(entry.key)?.entry !== entry) take(entry)
  }
  sync()

  return {
    afterWrite(group, plural) {
      if (plural === 'customresourcedefinitions' && group === 'apiextensions.k8s.io') return sync()
      if (!group.includes('.')) return
      const crd = known.get(`${prefix}${plural}.${group}`)
      if (crd && objectOf(crd.entry).metadata.deletionTimestamp) void clear(objectOf<Crd>(crd.entry))
    },
  }
}

/** Kubernetes' order: v2, v1, v1beta2, v1beta1, v1alpha1, then others by name. */
function preferredFirst<T extends { name: string }>(versions: readonly T[]): T[] {
  const rank = ({ name }: T): [number, number, number] => {
    const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name)
    if (!match) return [3, 0, 0]
    return [match[2] === undefined ? 0 : match[2] === 'beta' ? 1 : 2, -Number(match[1]), -Number(match[3] ?? 0)]
  }
  return versions.toSorted((a, b) => {
    const [x, y] = [rank(a), rank(b)]
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || (a.name < b.name ? -1 : 1)
  })
}
