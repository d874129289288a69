import { StatusError } from '@sampan/resources/errors'
import { Cron } from 'croner'

const words: Readonly<Record<string, string>> = {
  '@hourly': '0 0 * * * *',
  '@daily': '0 0 0 * * *',
  '@midnight': '0 0 0 * * *',
  '@weekly': '0 0 0 * * 0',
  '@monthly': '0 0 0 1 * *',
  '@yearly': '0 0 0 1 1 *',
  '@annually': '0 0 0 1 1 *',
}

/**
 * The first time after `after` that a schedule names, in UTC; undefined when there is none. Six fields begin with seconds,
 * as Drone's do; five are an ordinary crontab. Throws Invalid for what is no schedule.
 */
export function nextRun(schedule: string, after: Date): Date | undefined {
  const text = schedule.trim()
  const pattern = words[text.toLowerCase()] ?? text.replace(/\?/g, '*')
  const count = pattern.split(/\s+/).length
  if (count !== 5 && count !== 6) throw notOne(schedule)
  try {
    return new Cron(pattern, { timezone: 'UTC', paused: true }).nextRun(after) ?? undefined
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw notOne(schedule)
    throw error
  }
}

const notOne = (schedule: string) =>
  new StatusError(
    'Invalid',
    `"${schedule}" is no schedule: write six fields with seconds first, as "0 30 4 * * *", or @hourly, @daily, @weekly, @monthly, @yearly.`,
  )
