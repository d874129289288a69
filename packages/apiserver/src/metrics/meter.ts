import type { Log } from '@sampan/kit/log'
import type { ContainerUse, PodUse } from '@sampan/resources/node-usage'
import type { HostUse } from './host-use.ts'

export interface Sample {
  time: Date
  host: HostUse
  pods: readonly PodUse[]
}

/** Rates need two looks. */
export interface Rated {
  /** Cores. */
  cpu: number
  /** Seconds it was measured over. */
  seconds: number
}

export interface Meter {
  /** The newest look, not older than a second: taken now when there is none. */
  latest(): Promise<Sample>
  /** CPU of a container between the last two regular looks; undefined until it was seen twice. */
  rateOf(pod: PodUse, container: ContainerUse): Rated | undefined
  hostRate(): Rated | undefined
}

export interface MeterOptions {
  stats(): Promise<PodUse[]>
  host(now: Date): HostUse
  now: () => Date
  /** Between regular looks; default 15 s. */
  everyMs?: number
  log: Log
  signal: AbortSignal
}

/** Looks at regular intervals what everything uses, so that a question can be answered with a rate at once. */
export function meter({ stats, host, now, everyMs = 15_000, log, signal }: MeterOptions): Meter {
  /** The regular looks, the newest last; two are enough. */
  let looks: Sample[] = []
  let fresh: { sample: Promise<Sample>; at: number } | undefined

  async function look(): Promise<Sample> {
    const pods = await stats()
    const time = now()
    return { time, pods, host: host(time) }
  }

  async function regular() {
    try {
      const sample = await look()
      looks = [...looks.slice(-1), sample]
    } catch (error) {
      // The runtime is away: numbers grow old and are told with their time.
      log.warn('usage could not be read', { error })
    }
  }
  const timer = setInterval(() => void regular(), everyMs)
  // The runtime is asked for the first time when it had a moment to come up.
  const first = setTimeout(() => void regular(), Math.min(1000, everyMs))
  signal.addEventListener(
    'abort',
    () => {
      clearInterval(timer)
      clearTimeout(first)
    },
    { once: true },
  )

  const idOf = (pod: PodUse, name: string) => `${pod.uid}/${name}`
  const find = (sample: Sample | undefined, id: string) =>
    sample?.pods.flatMap((pod) => pod.containers.filter((one) => idOf(pod, one.name) === id))[0]

  return {
    async latest() {
      if (!fresh || now().getTime() - fresh.at > 1000) {
        fresh = { sample: look(), at: now().getTime() }
        fresh.sample.catch(() => {
          fresh = undefined
        })
      }
      return fresh.sample
    },
    rateOf(pod, container) {
      const before = earlier(looks, (sample) => find(sample, idOf(pod, container.name)), container)
      return before && rate(before, container)
    },
    hostRate() {
      const [first, last] = looks
      return first && last && rate(first.host, last.host)
    },
  }
}

/** The oldest regular look that saw the same run of the container: a restart begins at zero again. */
function earlier(
  looks: readonly Sample[],
  find: (sample: Sample) => ContainerUse | undefined,
  container: ContainerUse,
) {
  return looks
    .map(find)
    .find((one) => one && one.startedAt.getTime() === container.startedAt.getTime() && one.time < container.time)
}

function rate(from: { time: Date; cpuNanos: number }, to: { time: Date; cpuNanos: number }): Rated | undefined {
  const seconds = (to.time.getTime() - from.time.getTime()) / 1000
  if (seconds < 0.5) return undefined
  return { cpu: Math.max(0, to.cpuNanos - from.cpuNanos) / 1e9 / seconds, seconds }
}
