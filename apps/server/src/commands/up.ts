import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { holderOf } from '@sampan/kit/lock-file'
import { jsonLog } from '@sampan/kit/log'
import { type Config, pathsOf, savedConfig } from '../config.ts'
import type { Options } from '../options.ts'
import { hashIn, serverHash } from '../setup/bundle.ts'
import { lineProgress, type Progress } from '../setup/progress.ts'
import { UserError } from '../supervisor/preflight.ts'
import { pidOf, textOf } from '../supervisor/processes.ts'
import { type Running, source, supervise, supervisorLock } from '../supervisor/supervise.ts'
import { summary } from './summary.ts'

/** What a detached supervisor tells the process that started it. */
type Message = { line: string } | { ready: true } | { failed: string }

/** `sampan up`: brings the instance up; keeps running, or with `--detach` leaves it running. */
export async function up(options: Options): Promise<number> {
  const config = options.detach ? await upDetached(options) : undefined
  if (config) {
    process.stdout.write(summary(config, options.json))
    return 0
  }
  const running = await upHere(options)
  tell({ ready: true })
  if (!process.send) process.stdout.write(summary(running.config, options.json))
  await stopSignal()
  await running.stop()
  return 0
}

/** Brings the instance up in this process. */
export async function upHere(options: Options): Promise<Running> {
  try {
    return await supervise(options.given, progressHere(), jsonLog())
  } catch (error) {
    tell({ failed: (error as Error).message })
    throw error
  }
}

/** Brings the instance up in a process of its own and waits until it serves. One that runs already is left alone. */
export async function upDetached(options: Options): Promise<Config> {
  const { home } = options
  if ((await holderOf(supervisorLock(home))) !== undefined) {
    await sayIfOlder(home)
    return savedConfig(home)!
  }
  await mkdir(pathsOf(home).logs, { recursive: true, mode: 0o700 })
  const log = openSync(join(pathsOf(home).logs, 'supervisor.log'), 'a', 0o600)
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, '../main.ts'), 'up', ...flagsFrom(options)],
    {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    },
  )
  await new Promise<void>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if ('line' in message) process.stderr.write(message.line)
      else if ('failed' in message) reject(new UserError(message.failed))
      else resolve()
    })
    child.on('exit', (code) =>
      reject(
        new UserError(
          `the supervisor ended (exit ${code}); its output is in ${join(pathsOf(home).logs, 'supervisor.log')}`,
        ),
      ),
    )
  })
  child.disconnect()
  child.unref()
  return savedConfig(home)!
}

/** After an update of the sources the program from before goes on until it is told to stop. */
async function sayIfOlder(home: string): Promise<void> {
  const pid = pidOf(home, 'engine')
  const running = pid === undefined ? undefined : hashIn(textOf(`/proc/${pid}/cmdline`))
  if (running === undefined || running === (await serverHash(source))) return
  process.stderr.write(
    'What runs was made from other sources than these. To put these in its place: sampan down, then sampan up. Apps go on running.\n',
  )
}

/** Resolves at Ctrl-C or SIGTERM. */
export const stopSignal = () =>
  new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })

const progressHere = (): Progress => (process.send ? lineProgress((line) => tell({ line })) : lineProgress())

/** To whoever started this process detached, while that one still listens. */
function tell(message: Message) {
  if (process.connected) process.send?.(message)
}

function flagsFrom({ given, home }: Options): string[] {
  const { name, nodeIP, domain, subnet, podPidsLimit, ports = {} } = given
  const all = {
    instance: name,
    home,
    'node-ip': nodeIP,
    domain,
    subnet,
    'pod-pids-limit': podPidsLimit,
    'api-port': ports.api,
    port: ports.platform,
    'registry-port': ports.registry,
    'http-port': ports.http,
    'https-port': ports.https,
  }
  return Object.entries(all).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`, String(value)]))
}
