interface Part {
  name: string
  min: number
  max: number
  words?: readonly string[]
}

const parts: readonly Part[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', min: 0, max: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
]

const shortcuts = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']

/** What is wrong with a schedule of five fields, `@daily` or `@every 5m`; undefined when nothing is. */
export function cronProblem(schedule: string): string | undefined {
  const text = schedule.replace(/^(CRON_)?TZ=\S+\s+/, '').trim()
  if (text.startsWith('@every '))
    return /^@every \d+(\.\d+)?[hms]/.test(text) ? undefined : `failed to parse duration ${text}`
  if (text.startsWith('@')) return shortcuts.includes(text) ? undefined : `unrecognized descriptor: ${text}`
  const fields = text.split(/\s+/)
  if (fields.length !== 5) return `expected exactly 5 fields, found ${text === '' ? 0 : fields.length}: [${text}]`
  for (const [index, part] of parts.entries())
    for (const range of fields[index]!.split(',')) {
      const why = rangeProblem(range, part)
      if (why) return why
    }
  return undefined
}

function rangeProblem(range: string, part: Part): string | undefined {
  const [span = '', step, more] = range.split('/')
  if (more !== undefined) return `too many slashes: ${range}`
  if (step !== undefined && !/^\d+$/.test(step)) return `failed to parse int from ${step}: ${range}`
  if (step !== undefined && Number(step) === 0) return `step of range should be a positive number: ${range}`
  if (span === '*' || span === '?') return undefined
  const ends = span.split('-')
  if (ends.length > 2) return `too many hyphens: ${range}`
  const [from, to] = ends.map((end) => numberOf(end, part))
  if (from === undefined || (ends.length === 2 && to === undefined))
    return `failed to parse int from ${ends[from === undefined ? 0 : 1]}: ${range}`
  if (from < part.min) return `beginning of range (${from}) below minimum (${part.min}): ${range}`
  const last = to ?? from
  if (last > part.max) return `end of range (${last}) above maximum (${part.max}): ${range}`
  if (from > last) return `beginning of range (${from}) beyond end of range (${last}): ${range}`
  return undefined
}

function numberOf(text: string, { words, min }: Part): number | undefined {
  const at = words?.indexOf(text.toLowerCase()) ?? -1
  if (at >= 0) return at + min
  return /^\d+$/.test(text) ? Number(text) : undefined
}
