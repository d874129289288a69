import type { Language } from './messages.ts'

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** `3 minutes ago`, `3分钟前`. */
export function ago(time: string, language: Language, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(time)) / 1000))
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? (['second', 1] as const)
  return new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-Math.floor(seconds / size), unit)
}

/** The exact time, for hovering. */
export const exact = (time: string, language: Language) =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(time))
