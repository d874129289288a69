import type { Definition } from '@sampan/resources/define'
import type { Admission } from './interfaces.ts'

/** The plugins that may have something to say about a kind, in the order of the whole list. */
export interface Plugins {
  mutating: readonly Admission[]
  validating: readonly Admission[]
}

/** Most plugins are about one kind, and every write would ask all of them: who is to be asked is worked out once for each. */
export function pluginsByKind(all: readonly Admission[]): (definition: Definition) => Plugins {
  const known = new WeakMap<Definition, Plugins>()
  return (definition) => {
    let plugins = known.get(definition)
    if (!plugins) {
      const name = kindName(definition)
      const asked = all.filter((one) => !one.kinds || one.kinds.includes(name))
      plugins = { mutating: asked.filter((one) => one.mutate), validating: asked.filter((one) => one.validate) }
      known.set(definition, plugins)
    }
    return plugins
  }
}

/** `pods`, `deployments.apps`. */
export const kindName = ({ group, plural }: Pick<Definition, 'group' | 'plural'>) =>
  group ? `${plural}.${group}` : plural
