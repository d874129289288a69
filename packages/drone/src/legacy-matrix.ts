import { bad, Decoder, list, mapOf, type Shape, struct, text } from './decode.ts'
import type { LegacyContainer } from './legacy-shapes.ts'
import type { Node } from './node.ts'
import type { Problem } from './plan.ts'
import { type Tree, typedText } from './scalar.ts'

/** One combination of a matrix. */
export type Axis = Readonly<Record<string, string>>

/** Drone makes no more pipelines of one matrix. */
const most = 27

/** The combinations of a `matrix`: those listed under `include`, else all of its lists', the first list changing slowest. */
export function axesOf(matrix: Node, problems: Problem[]): Axis[] {
  const decoder = new Decoder()
  const included = decoder.attempt(matrix, struct({ include: list(mapOf(text)) }), { include: [], line: 0, at: {} })
  if (included.value !== bad && included.problems.length === 0 && included.value.include.length > 0)
    return included.value.include
  const lists = mapOf(list(text))
  const read = decoder.decode(matrix, lists as Shape<Record<string, string[]>>, lists.zero())
  problems.push(...decoder.problems)
  if (read === bad) return []
  let axes: Axis[] = [{}]
  for (const [name, values] of Object.entries(read)) {
    if (values.length === 0) continue
    axes = axes.slice(0, most).flatMap((axis) => values.map((value) => ({ ...axis, [name]: value })))
  }
  return axes.slice(0, most).filter((axis) => Object.keys(axis).length > 0)
}

/** Says whether a container takes part: every key of its `when.matrix` has the axis' value. */
export const isInAxis = ({ when }: LegacyContainer, axis: Axis): boolean =>
  Object.entries(when.matrix).every(([name, value]) => axis[name] === value)

/** Puts the axis in for `${NAME}`. The other forms of `${}` stay for the build. */
export function inAxis(axis: Axis, value: string): string {
  let out = value
  for (const [name, given] of Object.entries(axis))
    out = out.replaceAll(`\${${name}}`, given.includes('\n') ? JSON.stringify(given) : given)
  return out
}

/** In settings a text that stood without quotes is typed anew after that, as Drone puts it in before it reads YAML. */
export function settingInAxis(axis: Axis, value: Tree): Tree {
  if (typeof value === 'string') {
    const made = inAxis(axis, value)
    return made !== value && isPlain(value) ? typedText(made) : made
  }
  if (Array.isArray(value)) return value.map((item) => settingInAxis(axis, item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, settingInAxis(axis, of)]))
}

const isPlain = (value: string) => !/: |:$| #|\n|^[\s\-?:,[\]{}#&*!|>'"%@`]|\s$/.test(value)
