import type { CustomResourceDefinition } from '@sampan/resources/apiextensions/custom-resource-definition'
import { isTrue } from '@sampan/resources/conditions'
import { type Definition, defineResource } from '@sampan/resources/define'
import { builtInKinds } from '@sampan/resources/kinds'

/** Whether objects of a kind are kept, can be listed and removed. Other views of the same objects are left out. */
const isKept = ({ verbs, storedAs }: Definition) =>
  storedAs === undefined && (verbs === undefined || (verbs.includes('list') && verbs.includes('delete')))

export const keptBuiltInKinds: readonly Definition[] = builtInKinds.filter(isKept)

/** What is needed to list, watch and remove the objects of a CustomResourceDefinition: its first served version. */
export function customKind({ spec, status }: CustomResourceDefinition): Definition | undefined {
  const version = spec.versions.find(({ served }) => served)
  if (!version || !isTrue({ status }, 'Established')) return undefined
  const { kind, plural } = spec.names
  return defineResource({
    group: spec.group,
    version: version.name,
    kind,
    plural,
    scope: spec.scope === 'Namespaced' ? 'Namespaced' : 'Cluster',
  })
}
