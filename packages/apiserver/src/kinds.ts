import type { Definition } from '@sampan/resources/define'
import type { ComputedKind, SubresourceHandler, VirtualKind } from './handlers.ts'
import type { Served } from './served.ts'

/**
 * What is served right now. Built-in kinds never change; custom ones come and go. `generation` goes up with every
 * change, so that what is derived from the whole (discovery, OpenAPI) knows when to be made anew.
 */
export class Kinds {
  readonly #byVersion = new Map<string, Map<string, Served>>()
  readonly #handlers = new Map<string, SubresourceHandler>()
  readonly #virtual = new Map<string, VirtualKind>()
  readonly #computed = new Map<Definition, ComputedKind>()
  #generation = 1

  get generation() {
    return this.#generation
  }

  /** What is derived from the whole is to be made anew. */
  touch(): void {
    this.#generation++
  }

  add(served: Served): void {
    const { group, version, plural } = served.definition
    const id = `${group}/${version}`
    const kinds = this.#byVersion.get(id) ?? new Map<string, Served>()
    kinds.set(plural, served)
    this.#byVersion.set(id, kinds)
    this.#generation++
  }

  remove({ group, version, plural }: Definition): void {
    const id = `${group}/${version}`
    const kinds = this.#byVersion.get(id)
    if (!kinds?.delete(plural)) return
    if (kinds.size === 0) this.#byVersion.delete(id)
    this.#generation++
  }

  addHandler(handler: SubresourceHandler): void {
    this.#handlers.set(`${handler.group}/${handler.plural}/${handler.subresource}`, handler)
    this.#generation++
  }

  addVirtual(kind: VirtualKind): void {
    this.#virtual.set(`${kind.group}/${kind.version}/${kind.plural}`, kind)
    this.#generation++
  }

  find(group: string, version: string, plural: string): Served | undefined {
    return this.#byVersion.get(`${group}/${version}`)?.get(plural)
  }

  /** The same objects under other groups and versions. */
  equivalents({ group, version, plural }: Pick<Definition, 'group' | 'version' | 'plural'>): Served[] {
    const one = this.find(group, version, plural)
    if (!one) return []
    const prefix = one.prefix()
    return this.all().filter((other) => other !== one && other.prefix() === prefix)
  }

  /** The kind by its name in an `apiVersion`. */
  ofKind(apiVersion: string, kind: string): Served | undefined {
    const [version = '', group = ''] = apiVersion.split('/').reverse()
    const all = this.#byVersion.get(`${group}/${version}`)
    return [...(all?.values() ?? [])].find(({ definition }) => definition.kind === kind)
  }

  handler({ group, plural }: Pick<Definition, 'group' | 'plural'>, subresource: string) {
    return this.#handlers.get(`${group}/${plural}/${subresource}`)
  }

  handlersOf({ group, plural }: Definition): SubresourceHandler[] {
    return [...this.#handlers.values()].filter((one) => one.group === group && one.plural === plural)
  }

  virtual({ group, version, plural }: Definition): VirtualKind | undefined {
    return this.#virtual.get(`${group}/${version}/${plural}`)
  }

  /** Makes the kind served, too. */
  addComputed(served: Served, kind: ComputedKind): void {
    this.#computed.set(kind.definition, kind)
    this.add(served)
  }

  computed(definition: Definition): ComputedKind | undefined {
    return this.#computed.get(definition)
  }

  /** Group → version → kinds, in the order they were added: the first version of a group is the preferred one. */
  groups(): Map<string, Map<string, Served[]>> {
    const groups = new Map<string, Map<string, Served[]>>()
    for (const [id, kinds] of this.#byVersion) {
      const slash = id.lastIndexOf('/')
      const group = id.slice(0, slash)
      const versions = groups.get(group) ?? new Map<string, Served[]>()
      versions.set(id.slice(slash + 1), [...kinds.values()])
      groups.set(group, versions)
    }
    return groups
  }

  all(): Served[] {
    return [...this.#byVersion.values()].flatMap((kinds) => [...kinds.values()])
  }
}
