import { unitsOf } from '@sampan/kit/quantity'
import type { TableColumn } from './objects.ts'

/** A column of a kind's table and where its cells are. */
export interface KindColumn {
  name: string
  type: string
  /** Among the cells of a row. */
  at: number
  /** Of what `kubectl -o wide` adds: not shown before it is asked for. */
  isWide: boolean
  /** The rows that were looked at have nothing in it. */
  isEmpty: boolean
}

const shownByItself = new Set(['Name', 'Age', 'Namespace', 'Created At'])
const nothing = new Set(['', '<none>', '<unset>', '<unknown>', '<invalid>'])

/** What the server writes where there is nothing to tell. */
export const isNothing = (text: string) => nothing.has(text)

/** The columns of a kind beside name, namespace and age. */
export const kindColumns = (
  columns: readonly TableColumn[] | undefined,
  rows: readonly { cells: readonly unknown[] }[],
): KindColumn[] =>
  (columns ?? []).flatMap(({ name, type, priority }, at) =>
    shownByItself.has(name)
      ? []
      : {
          name,
          type,
          at,
          isWide: priority > 0,
          isEmpty: rows.length > 0 && rows.every(({ cells }) => nothing.has(cellText(cells[at]))),
        },
  )

export const cellText = (cell: unknown): string => (cell === null || cell === undefined ? '' : String(cell))

/** What a cell shows: numbers without a tail of digits, counts without a time that goes stale (`5 (20s ago)`). */
export function shownText({ name, type }: Pick<KindColumn, 'name' | 'type'>, cell: unknown): string {
  const text = cellText(cell)
  if (type === 'number' && text.length > 8 && Number.isFinite(Number(text)))
    return String(Number(Number(text).toPrecision(5)))
  return name === 'Restarts' ? text.replace(/ \(.*\)$/, '') : text
}

const seconds: Record<string, number> = { y: 31_536_000, d: 86_400, h: 3_600, m: 60, s: 1 }
const age = /^(?:\d+[ydhms])+$/
const quantity = /^\d+(?:\.\d+)?(?:[kMGTPE]|[KMGTPE]i)$/

/** What cells are ordered by: ages by their length (`9h` before `2d`), quantities by what they are (`500Mi` before `1Gi`). */
export function orderOf(type: string, cell: unknown): string | number {
  if (typeof cell === 'number') return cell
  const text = cellText(cell)
  if (type === 'date') {
    if (text === '<invalid>') return -1 // ahead of now
    if (age.test(text))
      return [...text.matchAll(/(\d+)([ydhms])/g)].reduce(
        (sum, [, count, unit]) => sum + Number(count) * seconds[unit!]!,
        0,
      )
  }
  return quantity.test(text) ? unitsOf(text) : text
}

/** A time, where a cell holds one rather than an age. */
export const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT/.test(text)

/** The time behind the age in a cell of a custom kind, whose column says where it looks; undefined where that is not plain. */
export function timeBehind(description: string | undefined, object: unknown): string | undefined {
  const path = /\(in JSONPath format\): ((?:\.\w+)+)$/.exec(description ?? '')?.[1]
  let now = path ? object : undefined
  for (const step of path?.slice(1).split('.') ?? []) now = (now as Record<string, unknown> | null | undefined)?.[step]
  return typeof now === 'string' && isTime(now) ? now : undefined
}

/** Of `1/3`: whether some are missing. */
export const isShort = (text: string): boolean => {
  const [, have, wanted] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  return have !== undefined && Number(have) < Number(wanted)
}
