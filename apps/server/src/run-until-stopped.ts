/**
 * Starts a half of Sampan, tells the supervisor that it serves, and closes it at SIGTERM or SIGINT. Gives the exit code. The
 * supervisor going away is no reason to stop: whoever is up keeps serving.
 */
export async function runUntilStopped(start: () => Promise<{ close(): Promise<void> }>): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  const half = await start()
  if (process.connected) process.send?.({ ready: true })
  await stopped
  // What cannot be closed in time is not worth waiting for: everything that matters is on disk.
  setTimeout(() => process.exit(0), 5_000).unref()
  await half.close()
  process.exit(0)
}
