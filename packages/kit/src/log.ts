/** Structured log lines on stderr, one JSON object each. Values never hold secrets: pass redacted forms. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
  /** A log whose lines all carry `fields`. */
  with(fields: Record<string, unknown>): Log
}

/** Errors become `{message, cause…}`; stacks are kept for `error` lines only. */
export function jsonLog(
  write: (line: string) => void = (line) => process.stderr.write(line),
  base: Record<string, unknown> = {},
): Log {
  const line = (level: string, message: string, fields: Record<string, unknown> = {}) => {
    const shown: Record<string, unknown> = { time: new Date().toISOString(), level, message, ...base }
    for (const [key, value] of Object.entries(fields))
      shown[key] = value instanceof Error ? described(value, level) : value
    write(`${JSON.stringify(shown)}\n`)
  }
  return {
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
    with: (fields) => jsonLog(write, { ...base, ...fields }),
  }
}

function described(error: Error, level: string): unknown {
  return {
    message: error.message,
    ...(level === 'error' && error.stack && { stack: error.stack }),
    ...(error.cause instanceof Error && { cause: described(error.cause, level) }),
  }
}

/** For tests and for parts that have nothing to say. */
export const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined, with: () => silent }
