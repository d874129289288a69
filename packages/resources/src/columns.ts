import { humanAge } from '@sampan/kit/durations'
import { selectorFrom, selectorText } from '@sampan/kit/selectors'
import type { Column } from './define.ts'
import type { KubeObject, LabelSelector } from './meta.ts'

/** Columns and texts that many kinds share, as kubectl's users know them. */

/** How long ago, as `5m23s`; `<unknown>` without a time. */
export const since = (time: string | undefined, now: Date): string =>
  time ? humanAge(now.getTime() - Date.parse(time)) : '<unknown>'

export const age: Column = { name: 'Age', value: ({ metadata }, now) => since(metadata.creationTimestamp, now) }

export const createdAt: Column = {
  name: 'Created At',
  type: 'date',
  value: ({ metadata }) => metadata.creationTimestamp,
}

/** `a=b,c=d`, sorted; `<none>` when there are none. */
export const labelsText = (labels: Record<string, string> | undefined): string =>
  Object.entries(labels ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',') || '<none>'

/** A selector as `-l` would take it; `<none>` when it says nothing. */
export function selectorCell(selector: LabelSelector | undefined): string {
  try {
    return selectorText(selectorFrom(selector) ?? []) || '<none>'
  } catch (error) {
    if (error instanceof SyntaxError) return '<error>'
    throw error
  }
}

/** The first `max`, and how many more there are. */
export const firstFew = (texts: readonly string[], max = 3): string =>
  texts.length > max ? `${texts.slice(0, max).join(',')} + ${texts.length - max} more...` : texts.join(',')

interface WithTemplate extends KubeObject {
  spec: { template?: { spec?: { containers?: { name: string; image?: string }[] } } }
}

const containersOf = (one: WithTemplate) => one.spec.template?.spec?.containers ?? []

/** Containers and Images of a workload, only shown when wide. */
export function containerColumns<T extends KubeObject>(
  templateOf: (one: T) => WithTemplate['spec']['template'],
): Column<T>[] {
  const list = (one: T) => containersOf({ metadata: one.metadata, spec: { template: templateOf(one) } })
  return [
    {
      name: 'Containers',
      wide: true,
      value: (one) =>
        list(one)
          .map(({ name }) => name)
          .join(','),
    },
    {
      name: 'Images',
      wide: true,
      value: (one) =>
        list(one)
          .map(({ image = '' }) => image)
          .join(','),
    },
  ]
}

/** `True`, `False` or `<unset>`. */
export const boolText = (value: boolean | undefined): string =>
  value === undefined ? '<unset>' : value ? 'True' : 'False'
