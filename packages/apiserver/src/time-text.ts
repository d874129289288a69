let second = Number.NaN
let text = ''

/** The date and time up to the second. Made once per second: every write asks for it several times. */
function upToSecond(ms: number): string {
  const now = Math.floor(ms / 1000)
  if (now !== second) {
    text = new Date(ms).toISOString().slice(0, 19)
    second = now
  }
  return text
}

/** RFC 3339 with seconds, as `metadata` has it. */
export const timeText = (time: Date) => `${upToSecond(time.getTime())}Z`

/** RFC 3339 with microseconds, as audit events have it. */
export function microTimeText(time: Date): string {
  const ms = time.getTime()
  const rest = ms - Math.floor(ms / 1000) * 1000
  return `${upToSecond(ms)}.${String(rest).padStart(3, '0')}000Z`
}
