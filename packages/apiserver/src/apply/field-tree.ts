/**
 * A set of fields, as `FieldsV1` writes them: steps are `f:name`, `k:{"name":"c"}` (an item by its keys) and `v:"x"` (an
 * item of a set). A node is a member when `own`; a node without members below and not own does not exist.
 */
export interface FieldTree {
  own: boolean
  children: Map<string, FieldTree>
}

export const emptyTree = (): FieldTree => ({ own: false, children: new Map() })

export const isEmpty = ({ own, children }: FieldTree) => !own && children.size === 0

/** The node one step down, made when missing. */
export function stepInto(tree: FieldTree, step: string): FieldTree {
  let child = tree.children.get(step)
  if (!child) {
    child = emptyTree()
    tree.children.set(step, child)
  }
  return child
}

/** From `fieldsV1`; anything that does not look like it is left out. */
export function treeFrom(fields: unknown): FieldTree {
  const tree = emptyTree()
  if (typeof fields !== 'object' || fields === null) return tree
  const entries = Object.entries(fields)
  if (entries.length === 0) tree.own = true
  for (const [step, inner] of entries) {
    if (step === '.') tree.own = true
    else if (/^[fkvi]:/.test(step)) tree.children.set(step, treeFrom(inner))
  }
  return tree
}

export function fieldsFrom({ own, children }: FieldTree): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  if (own && children.size > 0) fields['.'] = {}
  if (children.size === 1) for (const [step, child] of children) fields[step] = fieldsFrom(child)
  else if (children.size > 1)
    for (const step of [...children.keys()].sort()) fields[step] = fieldsFrom(children.get(step)!)
  return fields
}

/** Members of either. The arguments stay as they are. */
export function union(a: FieldTree, b: FieldTree): FieldTree {
  const result: FieldTree = { own: a.own || b.own, children: new Map(a.children) }
  for (const [step, child] of b.children) {
    const mine = result.children.get(step)
    result.children.set(step, mine ? union(mine, child) : child)
  }
  return result
}

/** Members of `a` that are not in `b`. */
export function difference(a: FieldTree, b: FieldTree): FieldTree {
  const result: FieldTree = { own: a.own && !b.own, children: new Map() }
  for (const [step, child] of a.children) {
    const other = b.children.get(step)
    const left = other ? difference(child, other) : child
    if (!isEmpty(left)) result.children.set(step, left)
  }
  return result
}

/** Members of both. */
export function intersection(a: FieldTree, b: FieldTree): FieldTree {
  const result: FieldTree = { own: a.own && b.own, children: new Map() }
  for (const [step, child] of a.children) {
    const other = b.children.get(step)
    if (!other) continue
    const both = intersection(child, other)
    if (!isEmpty(both)) result.children.set(step, both)
  }
  return result
}

/** Whether they have members in common. */
export function overlaps(a: FieldTree, b: FieldTree): boolean {
  if (a.own && b.own) return true
  for (const [step, child] of a.children) {
    const other = b.children.get(step)
    if (other && overlaps(child, other)) return true
  }
  return false
}

export function sameTree(a: FieldTree, b: FieldTree): boolean {
  if (a.own !== b.own || a.children.size !== b.children.size) return false
  for (const [step, child] of a.children) {
    const other = b.children.get(step)
    if (!other || !sameTree(child, other)) return false
  }
  return true
}

/** Members as paths for people: `.spec.containers[name="c"].image`. */
export function pathsOf(tree: FieldTree, at = ''): string[] {
  const paths = tree.own && at ? [at] : []
  for (const [step, child] of tree.children) paths.push(...pathsOf(child, at + shown(step)))
  return paths
}

function shown(step: string): string {
  const rest = step.slice(2)
  if (step.startsWith('f:')) return `.${rest}`
  if (step.startsWith('v:')) return `[=${rest}]`
  if (step.startsWith('i:')) return `[${rest}]`
  const keys = Object.entries(JSON.parse(rest) as Record<string, unknown>)
  return `[${keys.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}
