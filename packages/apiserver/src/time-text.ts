/** RFC 3339 with seconds, as `metadata` has it. */
export const timeText = (time: Date) => `${time.toISOString().slice(0, 19)}Z`
