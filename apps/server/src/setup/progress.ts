/** What long work tells the person who waits: one line when a piece starts, one when it is done. */
export interface Progress {
  /** Says what begins; gives the function to call when it is done. */
  begin(text: string): (result?: string) => void
  say(text: string): void
}

/** Lines on standard error, with the seconds each piece took. */
export function lineProgress(
  write: (line: string) => void = (line) => process.stderr.write(line),
  now = Date.now,
): Progress {
  const start = now()
  const clock = () => `${((now() - start) / 1000).toFixed(1).padStart(6)}s`
  const say = (text: string) => write(`${clock()}  ${text}\n`)
  return {
    say,
    begin(text) {
      const began = now()
      say(`${text} …`)
      return (result) => say(`${text}: ${result ?? 'done'} (${((now() - began) / 1000).toFixed(1)} s)`)
    },
  }
}

export const silentProgress: Progress = { begin: () => () => undefined, say: () => undefined }
