import { dyn, string, type Type } from '../../cel/types.ts'

/** `Object{…}`, `Object.spec{…}`, `Object.spec.template{…}`: parts of what a mutation wants, whatever they hold. */
const part = (name: string): Type => ({ kind: 'struct', name, field: () => dyn, open: true })

export const objectType = part('Object')

const operation: Record<string, Type> = { op: string, path: string, from: string, value: dyn }
const patchType: Type = { kind: 'struct', name: 'JSONPatch', field: (name) => operation[name] }

/** The types of which mutations make values. */
export function mutationTypes(name: string): Type | undefined {
  if (name === 'JSONPatch') return patchType
  if (name === 'Object') return objectType
  return name.startsWith('Object.') ? part(name) : undefined
}
