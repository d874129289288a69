import { findDuration } from '@sampan/kit/durations'
import { Cron } from 'croner'

/** When a cron schedule falls due. */
export interface Schedule {
  /** The first time after `time`; undefined when there is none any more. */
  next(time: Date): Date | undefined
  /** The latest time in (after, until] and how many there were; counting stops at `countMost`. */
  latest(after: Date, until: Date, countMost: number): { time?: Date; count: number }
}

/** Five fields, `@daily` and its like, or `@every 1h30m`. Throws on anything else. `timeZone`: IANA name, default UTC. */
export function scheduleFrom(text: string, timeZone = 'UTC'): Schedule {
  const every = /^@every\s+(\S+)$/.exec(text.trim())
  const next = every ? everyNext(every[1] ?? '', text) : cronNext(text, timeZone)
  return {
    next,
    latest(after, until, countMost) {
      let count = 0
      let time: Date | undefined
      for (let due = next(after); due && due <= until; due = next(due)) {
        time = due
        if (++count > countMost) return { time: lastBefore(next, due, until), count }
      }
      return { time, count }
    },
  }
}

/** Jumps close to the end instead of walking through every missed minute of a year. */
function lastBefore(next: Schedule['next'], found: Date, until: Date): Date {
  for (const back of [3_600_000, 86_400_000, 32 * 86_400_000]) {
    const from = new Date(until.getTime() - back)
    if (from <= found) break
    let time: Date | undefined
    for (let due = next(from); due && due <= until; due = next(due)) time = due
    if (time) return time
  }
  let time = found
  for (let due = next(found); due && due <= until; due = next(due)) time = due
  return time
}

function cronNext(text: string, timezone: string): Schedule['next'] {
  const cron = new Cron(text.trim().replace(/^@midnight$/, '@daily'), { timezone, paused: true })
  return (time) => cron.nextRun(time) ?? undefined
}

function everyNext(duration: string, text: string): Schedule['next'] {
  const ms = findDuration(duration)
  if (ms === undefined || ms < 1000) throw new RangeError(`"${text}" is no schedule`)
  const step = Math.floor(ms / 1000) * 1000
  return (time) => new Date(Math.floor(time.getTime() / 1000) * 1000 + step)
}
