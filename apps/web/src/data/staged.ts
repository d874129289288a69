import { jsonEqual } from '@sampan/kit/json-equal'
import { mergePatch, mergePatchBetween } from '@sampan/kit/merge-patch'

type Values = Record<string, unknown>

/** Changes of an app that are not released yet, and the generation of the app they were made on. */
export interface Staged {
  patch: Values
  generation: number
}

export interface Change {
  /** As `env.LOG_LEVEL`. */
  path: string
  before: unknown
  after: unknown
}

const isObject = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What a patch changes, one line per value. */
export function changesOf(before: Values, patch: Values, path = ''): Change[] {
  return Object.entries(patch).flatMap(([key, after]) => {
    const place = path ? `${path}.${key}` : key
    const old = before[key]
    if (isObject(after)) return changesOf(isObject(old) ? old : {}, after, place)
    return jsonEqual(old, after ?? undefined) ? [] : [{ path: place, before: old, after: after ?? undefined }]
  })
}

/** The JSON merge patch that makes `after` of `before`; undefined when nothing differs. */
export const patchBetween = (before: Values, after: Values) => mergePatchBetween(before, after) as Values | undefined

/** The values with the patch on top. */
export const staged = (values: Values, patch: Values): Values => mergePatch(values, patch) as Values

const keyOf = (project: string, app: string) => `sampan.staged.${project}/${app}`

/** What was staged in this tab; going elsewhere in the console and coming back loses nothing. */
export function stagedIn(storage: Pick<Storage, 'getItem'>, project: string, app: string): Staged | undefined {
  const text = storage.getItem(keyOf(project, app))
  return text === null ? undefined : (JSON.parse(text) as Staged)
}

export function keepStaged(
  storage: Pick<Storage, 'setItem' | 'removeItem'>,
  { project, app }: { project: string; app: string },
  value: Staged | undefined,
): void {
  if (value) storage.setItem(keyOf(project, app), JSON.stringify(value))
  else storage.removeItem(keyOf(project, app))
}
