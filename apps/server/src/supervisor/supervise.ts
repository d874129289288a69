import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { holderOf, Locked, takeLock } from '@sampan/kit/lock-file'
import type { Log } from '@sampan/kit/log'
import { imageNames, importImage } from '@sampan/node/cri/image-archive'
import { runtimeSocket } from '@sampan/node/runtime-files'
import { type Config, configFrom, type Given, pathsOf, savedConfig, stateOf } from '../config.ts'
import { prepareServer } from '../setup/bundle.ts'
import { prepareConsole } from '../setup/console.ts'
import { prepareImages, type SystemImage, systemImages } from '../setup/images.ts'
import type { Progress } from '../setup/progress.ts'
import { containerdPid, ensureContainerd, watchContainerd } from './containerd.ts'
import { type Kept, keepAlive } from './keep-alive.ts'
import { preflight, UserError } from './preflight.ts'
import { endProcess, type ProcessName, pidOf, stopProcess, writePid } from './processes.ts'

export interface Running {
  config: Config
  /** Stops engine and platform; containerd and the pods stay. */
  stop(): Promise<void>
}

export const source = join(import.meta.dirname, '../../../..')
export const supervisorLock = (home: string) => join(pathsOf(home).run, 'supervisor.pid')

/** Memory of the two Node processes is a promise of ours: small young generation, return what is free. */
const memoryEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072', UV_THREADPOOL_SIZE: '4' }
const nodeFlags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=1', '--optimize-for-size']

/**
 * Brings an instance up and looks after it: images, containerd, engine, platform, in this order. Resolves when all of them
 * serve. Throws `UserError` with what to do when something is in the way.
 */
export async function supervise(given: Given, progress: Progress, log: Log): Promise<Running> {
  const planned = configFrom(given)
  const paths = pathsOf(planned.home)
  const alreadyOurs = portsInUse(planned.home)
  preflight(planned, alreadyOurs)
  await mkdir(paths.logs, { recursive: true, mode: 0o700 })
  const letGo = await takeLock(supervisorLock(planned.home)).catch((error) => {
    if (error instanceof Locked)
      throw new UserError(`Sampan is already running here (process ${error.pid}). See: sampan status`)
    throw error
  })
  try {
    // Left over from a supervisor that was killed: they would hold the ports.
    await stopProcess(planned.home, 'platform')
    await stopProcess(planned.home, 'engine')
    const [images, program] = await Promise.all([
      prepareImages(source, progress),
      prepareServer(source, progress),
      prepareConsole(source, progress),
    ])

    const names = Object.fromEntries(systemImages.map((name) => [name, images[name].name])) as Record<
      SystemImage,
      string
    >
    const config: Config = { ...planned, images: names, baseArchive: images.base.archive }
    await save(config)
    await ensureContainerd(config, names.pause)
    await bringInImages(config, images, progress)
    const stopWatching = new AbortController()
    const watching = watchContainerd(config, names.pause, log, stopWatching.signal)
    const engine = await started(config, 'engine', program, progress, log)
    const platform = await started(config, 'platform', program, progress, log).catch(async (error) => {
      stopWatching.abort()
      await engine.stop()
      throw error
    })
    return {
      config,
      async stop() {
        stopWatching.abort()
        await Promise.all([platform.stop(), engine.stop(), watching])
        await letGo()
      },
    }
  } catch (error) {
    await letGo()
    throw error
  }
}

async function started(
  config: Config,
  name: ProcessName,
  program: string,
  progress: Progress,
  log: Log,
): Promise<Kept> {
  const done = progress.begin(name)
  const paths = pathsOf(config.home)
  const kept = keepAlive(
    {
      name,
      command: process.execPath,
      args: [...nodeFlags, program, name, '--home', config.home],
      logFile: join(paths.logs, `${name}.log`),
      env: memoryEnvironment,
      onStart: (pid) => writePid(config.home, name, pid),
    },
    log,
  )
  await kept.ready.catch(async (cause: Error) => {
    await kept.stop()
    throw new UserError(cause.message, { cause })
  })
  done('ready')
  return kept
}

/** The registry and the front door are pods: while our containerd lives, their ports are rightly taken. */
function portsInUse(home: string): ReadonlySet<keyof Config['ports']> {
  const saved = savedConfig(home)
  if (!saved) return new Set()
  const pods = containerdPid(saved) === undefined ? [] : (['http', 'https', 'registry'] as const)
  return new Set([
    ...pods,
    ...(pidOf(home, 'engine') === undefined ? [] : (['api'] as const)),
    ...(pidOf(home, 'platform') === undefined ? [] : (['platform'] as const)),
  ])
}

async function save(config: Config) {
  const file = pathsOf(config.home).config
  await writeFile(`${file}.new`, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

async function bringInImages(config: Config, images: Awaited<ReturnType<typeof prepareImages>>, progress: Progress) {
  const socket = runtimeSocket(stateOf(config))
  const there = await imageNames(socket)
  // The base image is what others are built on; nothing runs it.
  const missing = systemImages.filter((name) => name !== 'base' && !there.has(images[name].name))
  if (missing.length === 0) return
  const done = progress.begin('system images into containerd')
  await Promise.all(missing.map((name) => importImage(socket, images[name].archive)))
  done()
}

/** For `down`: asks the supervisor of `home` to stop, and waits. False when none runs. */
export async function stopSupervisor(home: string): Promise<boolean> {
  const pid = await holderOf(supervisorLock(home))
  if (pid === undefined) return false
  await endProcess(pid, 30_000)
  await rm(supervisorLock(home), { force: true })
  return true
}
