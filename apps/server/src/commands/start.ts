import { savedConfig } from '../config.ts'
import type { Options } from '../options.ts'
import { lineProgress } from '../setup/progress.ts'
import type { Running } from '../supervisor/supervise.ts'
import { deploySample } from './sample.ts'
import { summary } from './summary.ts'
import { stopSignal, upDetached, upHere } from './up.ts'

/** `npm start`: everything from nothing to a verified sample app, then keeps running (`--detach`: returns). */
export async function start(options: Options): Promise<number> {
  const isUp = options.detach || process.send ? undefined : await running(options)
  const config = isUp?.config ?? (await upDetached(options))
  try {
    const app = options.sample ? await deploySample(config, lineProgress()) : undefined
    process.stdout.write(summary(config, options.json, app))
    if (app && !app.verified) process.stderr.write(`sampan: the sample app is not well: ${app.reason}\n`)
    if (!isUp) return app && !app.verified ? 1 : 0
    if (!options.json) process.stderr.write('Ctrl-C stops the control plane; apps go on running.\n')
    await stopSignal()
    return 0
  } finally {
    await isUp?.stop()
  }
}

/** In the foreground this process is the supervisor, unless one runs already: then there is only the summary to print. */
async function running(options: Options): Promise<Running | undefined> {
  const { holderOf } = await import('@sampan/kit/lock-file')
  const { supervisorLock } = await import('../supervisor/supervise.ts')
  const holder = savedConfig(options.home) && (await holderOf(supervisorLock(options.home)))
  if (holder === undefined) return upHere(options)
  process.stderr.write(`Sampan runs already (process ${holder}).\n`)
  return undefined
}
