import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '@sampan/kit/lock-file'
import type { Log } from '@sampan/kit/log'
import { hostFacts } from '@sampan/node/host-facts'
import { runtimeSocket, writeRuntimeFiles } from '@sampan/node/runtime-files'
import { type Config, pathsOf, stateOf } from '../config.ts'
import { UserError } from './preflight.ts'
import { endProcess, textOf } from './processes.ts'

const pidFile = (config: Config) => join(pathsOf(config.home).run, 'containerd.pid')

/** Process id of this instance's containerd, if it runs. */
export function containerdPid(config: Config): number | undefined {
  const pid = Number(textOf(pidFile(config)))
  const isOurs =
    pid > 0 && isAlive(pid) && textOf(`/proc/${pid}/cmdline`).includes(pathsOf(config.home).containerdConfig)
  return isOurs ? pid : undefined
}

/**
 * Sees to it that this instance's containerd runs: the one that is there is kept, so that pods live on. It is started
 * detached and survives everything else of ours. Gives its process id once its socket answers.
 */
export async function ensureContainerd(config: Config, sandboxImage: string): Promise<number> {
  const paths = pathsOf(config.home)
  const state = stateOf(config)
  await mkdir(paths.containerdRoot, { recursive: true })
  const host = await hostFacts(paths.containerdRoot)
  await writeRuntimeFiles({
    root: paths.containerdRoot,
    state,
    configFile: paths.containerdConfig,
    sandboxImage,
    bridge: config.network.bridge,
    podCIDR: config.network.podCIDR,
    registries: [{ host: config.registryHost, url: `http://127.0.0.1:${config.ports.registry}` }],
    cniBinDir: host.cniBinDir,
    snapshotter: host.snapshotter,
    restrictOomScore: !host.hasSysResource,
  })
  const running = containerdPid(config)
  const pid = running ?? (await start(config))
  await answered(runtimeSocket(state), pid, join(paths.logs, 'containerd.log'))
  return pid
}

async function start(config: Config): Promise<number> {
  const paths = pathsOf(config.home)
  await mkdir(paths.run, { recursive: true })
  await mkdir(paths.logs, { recursive: true })
  await mkdir(stateOf(config), { recursive: true })
  const log = openSync(join(paths.logs, 'containerd.log'), 'a', 0o600)
  const child = spawn('containerd', ['--config', paths.containerdConfig], {
    detached: true,
    stdio: ['ignore', log, log],
  })
  const started = new Promise<number>((resolve, reject) => {
    child.on('error', (cause) =>
      reject(new UserError('containerd could not be started: is the Debian package "containerd" whole?', { cause })),
    )
    child.on('spawn', () => resolve(child.pid!))
  })
  const pid = await started
  child.unref()
  await writeFile(pidFile(config), String(pid))
  return pid
}

/** Waits until the socket takes connections; 15 s is many times what a loaded machine needs. */
async function answered(socket: string, pid: number, logFile: string) {
  for (const until = Date.now() + 15_000; Date.now() < until; await sleep(25)) {
    if (await connects(socket)) return
    if (!isAlive(pid)) throw new UserError(`containerd ended while starting; ${logFile} says why.`)
  }
  throw new UserError(`containerd does not answer at ${socket}; ${logFile} may say why.`)
}

const connects = (socket: string) =>
  new Promise<boolean>((resolve) => {
    const attempt = connect(socket)
    attempt.on('connect', () => resolve(true)).on('error', () => resolve(false))
    attempt.on('connect', () => attempt.destroy())
  })

/** Looks after containerd until `signal`: when it is gone, it is started again at once. */
export async function watchContainerd(
  config: Config,
  sandboxImage: string,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    if (containerdPid(config) === undefined) {
      log.warn('containerd ended, starting it again')
      await ensureContainerd(config, sandboxImage).catch((error: Error) =>
        log.error('containerd does not start', { error }),
      )
    }
    await sleep(250, undefined, { signal }).catch(() => undefined)
  }
}

/** Ends containerd. Pods go on running under their shims until somebody stops them. */
export async function stopContainerd(config: Config): Promise<void> {
  const pid = containerdPid(config)
  if (pid !== undefined) await endProcess(pid, 5_000)
  await rm(pidFile(config), { force: true })
}
