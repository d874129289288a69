import { age } from '../columns.ts'
import type { Column } from '../define.ts'
import type { KubeObject } from '../meta.ts'

interface Binding extends KubeObject {
  roleRef: { kind: string; name: string }
  subjects?: { kind: string; name: string; namespace?: string }[]
}

const named = (one: Binding, kind: string) =>
  (one.subjects ?? [])
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
    .join(', ')

export const bindingColumns: readonly Column<Binding>[] = [
  { name: 'Role', value: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  age,
  { name: 'Users', wide: true, value: (one) => named(one, 'User') },
  { name: 'Groups', wide: true, value: (one) => named(one, 'Group') },
  { name: 'ServiceAccounts', wide: true, value: (one) => named(one, 'ServiceAccount') },
]
