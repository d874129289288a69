import type { Log } from '@sampan/kit/log'
import type { Changes } from './changes.ts'
import { taskEvents } from './cri/events.ts'
import { every, pause } from './pause.ts'
import type { RuntimeView } from './runtime-view.ts'

/** Events tell of exits at once; lists find what they missed. */
const relistMs = 10_000
const relistBlindMs = 1000
/** The event comes before CRI itself knows of the exit: it is asked again after so many milliseconds. */
const exitWaits = [5, 10, 20, 40, 80, 160, 320, 640, 1280]

export interface FollowOptions {
  socket: string
  view: RuntimeView
  changes: Changes
  log: Log
  signal: AbortSignal
  /** The view of these pods has changed. */
  changed(uids: readonly string[]): void
  /** Called when the runtime stops answering, with why, and with nothing when it answers again. */
  health(problem: string | undefined): void
}

/** Keeps the view current until `signal`: by the runtime's events, and by a full list now and then. */
export async function followRuntime(options: FollowOptions): Promise<void> {
  const { socket, view, changes, log, signal, changed, health } = options
  let isBlind = true
  let problem: string | undefined

  async function relist(): Promise<void> {
    const before = problem
    try {
      changed(await view.refreshAll())
      problem = undefined
      changes.look()
    } catch (error) {
      problem = `container runtime is down: ${(error as Error).message}`
      if (!before) log.warn('the container runtime does not answer', { error })
    }
    if (before !== problem) health(problem)
  }

  async function listen(): Promise<void> {
    while (!signal.aborted) {
      try {
        const stream = taskEvents(socket, signal)
        isBlind = false
        for await (const event of stream)
          if (event.type === 'exit')
            exited(event.containerId).catch((error: unknown) => log.error('an exit could not be followed', { error }))
      } catch (error) {
        if (!signal.aborted) log.warn('the event stream of the container runtime broke', { error })
      }
      isBlind = true
      await pause(relistBlindMs, signal)
    }
  }

  async function exited(id: string): Promise<void> {
    const uid = view.uidOf(id)
    if (!uid) return
    for (const wait of exitWaits) {
      try {
        if (await hasEnded(uid, id)) break
      } catch (error) {
        log.warn('the container runtime does not answer', { error })
      }
      await pause(wait, signal)
      if (signal.aborted) return
    }
    changes.look()
    changed([uid])
  }

  async function hasEnded(uid: string, id: string): Promise<boolean> {
    const isSandbox = view.of(uid)?.sandboxes.some((one) => one.id === id)
    await (isSandbox ? view.lookAtSandbox(uid, id) : view.lookAtContainer(uid, id))
    const now = view.of(uid)
    return !(
      now?.containers.some((one) => one.id === id && one.state !== 'exited') ||
      now?.sandboxes.some((one) => one.id === id && one.isReady)
    )
  }

  await Promise.all([listen(), every(() => (isBlind ? relistBlindMs : relistMs), { signal, log }, relist)])
}
