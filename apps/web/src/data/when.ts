import type { Language } from './messages.ts'

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** Clocks differ: what is ahead by less, in seconds, is now. */
const clockDifference = 60

/** `3 minutes ago`, `3分钟前`; for what is to come `in 3 days`. */
export function ago(time: string, language: Language, now: number): string {
  const passed = Math.round((now - Date.parse(time)) / 1000)
  const seconds = passed < -clockDifference ? -passed : Math.max(0, passed)
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? (['second', 1] as const)
  return relative(language).format(-Math.sign(passed) * Math.floor(seconds / size), unit)
}

/** The exact time, for hovering. */
export const exact = (time: string, language: Language) => full(language).format(new Date(time))

/** The day, where the hour does not matter. */
export const exactDay = (time: string, language: Language) => day(language).format(new Date(time))

const two = (part: number) => String(part).padStart(2, '0')
const dayOf = (date: Date) => `${two(date.getMonth() + 1)}-${two(date.getDate())}`

/** The reader's time of day, as `16:54:18`; with the day, as `11-20 16:54:18`, when that is not today. Times that are none stay. */
export function clockTime(time: string, now: number): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return time
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  const today = new Date(now)
  const isToday = dayOf(date) === dayOf(today) && date.getFullYear() === today.getFullYear()
  return isToday ? clock : `${dayOf(date)} ${clock}`
}

/** The same to the last digit the server gave, with day and zone: `2026-11-21 16:54:18.123456789 +08:00`. */
export function clockTimeExact(time: string): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return time
  const fraction = /\.\d+/.exec(time)?.[0] ?? ''
  const ahead = -date.getTimezoneOffset()
  const zone = `${ahead < 0 ? '-' : '+'}${two(Math.floor(Math.abs(ahead) / 60))}:${two(Math.abs(ahead) % 60)}`
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
  return `${date.getFullYear()}-${dayOf(date)} ${clock}${fraction} ${zone}`
}

/** Formats are costly to make and made once. */
const perLanguage = <T>(make: (language: Language) => T) => {
  const made = new Map<Language, T>()
  return (language: Language): T => {
    let one = made.get(language)
    if (!one) {
      one = make(language)
      made.set(language, one)
    }
    return one
  }
}
const relative = perLanguage((language) => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }))
const day = perLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }))
const full = perLanguage((language) => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'long' }))

/** How long from one time to another, as `1m 12s`; undefined before it has begun. */
export function duration(from: string | undefined, to: string | undefined, now: number): string | undefined {
  if (!from) return undefined
  const seconds = Math.max(0, Math.round(((to ? Date.parse(to) : now) - Date.parse(from)) / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`
}

/** One clock for everything that shows how long ago something was. */
function clock(everyMs: number) {
  const listeners = new Set<() => void>()
  let time = Date.now()
  let timer: ReturnType<typeof setInterval> | undefined
  return {
    now: () => time,
    listen(listener: () => void) {
      listeners.add(listener)
      timer ??= setInterval(() => {
        time = Date.now()
        for (const one of listeners) one()
      }, everyMs)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        clearInterval(timer)
        timer = undefined
      }
    },
  }
}

export const passing = clock(10_000)
/** For what is going on. */
export const ticking = clock(1_000)
