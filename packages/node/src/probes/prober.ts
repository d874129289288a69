import type { Clock } from '@sampan/kit/clock'
import { isSidecar } from '@sampan/resources/core/pod'
import type { Container } from '../pod/containers.ts'
import type { Handler, Probe, Verdict } from './check.ts'

export type ProbeName = 'startup' | 'liveness' | 'readiness'

export interface ProberOptions {
  container: Container
  /** When the container started; ms since 1970. */
  startedAt: number
  /** As told in the API by an agent before us: probing goes on from there. */
  before?: { started: boolean; ready: boolean }
  clock: Clock
  check(handler: Handler, timeoutMs: number): Promise<Verdict>
  /** Called after every change of `state`. */
  changed(): void
  /** A probe said no; with `willRestart` it was one too many. */
  unhealthy(probe: ProbeName, output: string): void
}

/** Watches one container by its probes for as long as it runs. */
export interface Prober {
  readonly state: { started: boolean; ready: boolean; failed?: { message: string; graceSeconds?: number } }
  /** The pod is being deleted: only readiness matters now. */
  ending(): void
  close(): void
}

/**
 * Most programs answer a moment after their start. Until the first yes, a probe that costs next to nothing looks again after
 * so many milliseconds within its first period; such a look counts only when it is a yes, so that thresholds mean what they say.
 */
const earlyLooks = [50, 100, 200, 400]
const costsNothing = ({ tcpSocket, httpGet, grpc }: Probe) => Boolean(tcpSocket || httpGet || grpc)

/** Only containers with probes need one. */
export const hasProbes = ({ livenessProbe, readinessProbe, startupProbe }: Container) =>
  Boolean(livenessProbe || readinessProbe || startupProbe)

export function prober(options: ProberOptions): Prober {
  const { container, before, clock, changed } = options
  const { startupProbe, livenessProbe, readinessProbe } = container
  const state: Prober['state'] = {
    started: startupProbe ? (before?.started ?? false) : true,
    ready: readinessProbe ? (before?.ready ?? false) : true,
  }
  const cancels = new Map<ProbeName, () => void>()
  let isClosed = false

  function loop(name: ProbeName, probe: Probe, result: (isOk: boolean, output: string) => boolean) {
    const periodMs = (probe.periodSeconds ?? 10) * 1000
    const thresholds = { ok: probe.successThreshold ?? 1, bad: probe.failureThreshold ?? 3 }
    let streak = { isOk: true, count: 0 }
    const early = name === 'liveness' || !costsNothing(probe) ? [] : [...earlyLooks]
    const ask = async () => {
      const { isOk, output } = await options.check(probe, (probe.timeoutSeconds ?? 1) * 1000)
      if (isClosed || !cancels.has(name)) return
      const soon = isOk ? undefined : early.shift()
      if (isOk) early.length = 0
      if (soon !== undefined) {
        cancels.set(name, clock.after(Math.min(soon, periodMs), ask))
        return
      }
      if (!isOk) options.unhealthy(name, output)
      streak = { isOk, count: streak.isOk === isOk ? streak.count + 1 : 1 }
      const enough = isOk ? thresholds.ok : thresholds.bad
      if (streak.count >= enough && !result(isOk, output)) {
        cancels.delete(name)
        return
      }
      cancels.set(name, clock.after(periodMs, ask))
    }
    const since = clock.now().getTime() - options.startedAt
    const wait = Math.max(0, (probe.initialDelaySeconds ?? 0) * 1000 - since)
    cancels.set(name, clock.after(wait, ask))
  }

  function failed(name: ProbeName, probe: Probe) {
    const title = isSidecar(container) ? 'Init container' : 'Container'
    state.failed = {
      message: `${title} ${container.name} failed ${name} probe, will be restarted`,
      ...(probe.terminationGracePeriodSeconds !== undefined && { graceSeconds: probe.terminationGracePeriodSeconds }),
    }
    changed()
  }

  function others() {
    if (livenessProbe)
      loop('liveness', livenessProbe, (isOk) => {
        if (!isOk) failed('liveness', livenessProbe)
        return isOk
      })
    if (readinessProbe)
      loop('readiness', readinessProbe, (isOk) => {
        if (state.ready !== isOk) {
          state.ready = isOk
          changed()
        }
        return true
      })
  }

  if (startupProbe && !state.started)
    loop('startup', startupProbe, (isOk) => {
      if (isOk) {
        state.started = true
        others()
        changed()
      } else failed('startup', startupProbe)
      return false
    })
  else others()

  const drop = (name: ProbeName) => {
    cancels.get(name)?.()
    cancels.delete(name)
  }
  return {
    state,
    ending() {
      drop('liveness')
      drop('startup')
    },
    close() {
      isClosed = true
      for (const name of [...cancels.keys()]) drop(name)
    },
  }
}
