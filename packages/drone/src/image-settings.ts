import type { Setting } from './plan.ts'
import { encoded } from './settings.ts'

/** A setting as the text a plugin would read; unset and null are empty. */
export const textOf = (value: Setting | undefined): string =>
  value === undefined || value === null || Array.isArray(value) || typeof value === 'object' ? '' : encoded(value)

/** A list, or a text with commas. */
export function listOf(value: Setting | undefined): string[] {
  const parts = Array.isArray(value) ? value.map(textOf) : [textOf(value)]
  return parts
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter(Boolean)
}

/** Says whether a switch is on, or another setting has a value. */
export function given(settings: Readonly<Record<string, Setting>>, name: string): boolean {
  const value = settings[name]
  if (value === undefined || value === null || value === false || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return !(typeof value === 'string' && /^(false|f|0|no|off)$/i.test(value)) && value !== 0
}

/** `K=V` of a list, a text with commas, or a map; `K` alone is a name without a value. */
export function pairsOf(value: Setting | undefined): { values: Record<string, string>; names: string[] } {
  const values: Record<string, string> = {}
  const names: string[] = []
  if (value && typeof value === 'object' && !Array.isArray(value)) {
    for (const [key, item] of Object.entries(value)) values[key] = textOf(item as Setting)
    return { values, names }
  }
  for (const pair of Array.isArray(value) ? value.map(textOf) : listOf(value)) {
    const equals = pair.indexOf('=')
    if (equals > 0) values[pair.slice(0, equals)] = pair.slice(equals + 1)
    else if (pair) names.push(pair)
  }
  return { values, names }
}
