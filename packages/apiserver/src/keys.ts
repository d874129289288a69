import type { Definition } from '@sampan/resources/define'

type Where = Pick<Definition, 'group' | 'plural'>

/** `/core/pods/` or `/apps/deployments/<namespace>/`. The core group has no name of its own, here it is `core`. */
export const prefixOf = ({ group, plural }: Where, namespace?: string) =>
  namespace ? `/${group || 'core'}/${plural}/${namespace}/` : `/${group || 'core'}/${plural}/`

/** `/core/pods/<namespace>/<name>`, or `/core/nodes/<name>` for cluster-scoped kinds. */
export const keyOf = (kind: Where, name: string, namespace?: string) => prefixOf(kind, namespace) + name
