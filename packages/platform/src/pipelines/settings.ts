import { availableParallelism, totalmem } from 'node:os'
import { compareQuantities, findQuantity, quantityOfBytes } from '@sampan/kit/quantity'
import type { App } from '@sampan/resources/sampan/app'
import type { Project } from '@sampan/resources/sampan/project'

/** What builds may use, unless an app asks for something else. */
export interface BuildSettings {
  /** How many Pipelines run at once. */
  concurrency: number
  /** Limits of a build's pod, as Kubernetes quantities. */
  cpu: string
  memory: string
  timeoutSeconds: number
  /** How many pipelines of one file run at once, unless the app asks for fewer. */
  stagesAtOnce: number
  /** Time of one pipeline of a file, when the app states none. */
  stageSeconds: number
  /** Largest number of processes in a build. */
  pids: number
  /** The most an app may ask for. */
  most: { cpu: string; memory: string; disk: string; pids: number }
  /** What one run may write, as a Kubernetes quantity: its workspace, and what each container writes besides. */
  disk: string
  /** Memory that the steps of one run may have together, in bytes: how many run side by side follows from it. */
  runMemoryBytes: number
  /** A declared cache that is larger starts afresh; files not used for so many days are removed. */
  cacheBytes: number
  cacheDays: number
  /** The layers kept of one app: more, and its next build starts from scratch. */
  layerCacheBytes: number
  /** Pods that wait for the next run of an app: how many, how long after a run one is made, and how long it is kept. */
  standby: { most: number; afterMs: number; keptMs: number }
  /** Pipelines kept per app, with their logs. */
  keptPipelines: number
  /** A build is refused when less than this is free on the disk, in bytes. */
  minFreeBytes: number
  /** A build that runs is stopped when less than this is free, in bytes. */
  stopFreeBytes: number
}

const gib = 1024 ** 3

export const defaultSettings = (processors = availableParallelism(), memory = totalmem()): BuildSettings => ({
  concurrency: Math.max(2, Math.floor(processors / 2)),
  cpu: String(Math.min(4, Math.max(1, processors))),
  memory: '2Gi',
  timeoutSeconds: 1800,
  stagesAtOnce: Math.max(2, processors),
  stageSeconds: 3600,
  pids: 1024,
  most: {
    cpu: String(Math.max(1, processors)),
    memory: quantityOfBytes(Math.max(gib, Math.floor(memory / 2))),
    disk: '100Gi',
    pids: 16_384,
  },
  disk: '10Gi',
  runMemoryBytes: Math.max(4 * gib, memory / 2),
  cacheBytes: 5 * gib,
  cacheDays: 30,
  layerCacheBytes: 20 * gib,
  standby: { most: 2, afterMs: 3000, keptMs: 10 * 60_000 },
  keptPipelines: 100,
  minFreeBytes: 2 * gib,
  stopFreeBytes: gib / 2,
})

export interface Limits {
  cpu: string
  memory: string
  disk: string
  pids: number
  timeoutSeconds: number
}

/**
 * What a build of an app may use: what the app asks for, else the instance's default; never more than the quota of its
 * project or the machine has.
 */
export const limitsOf = (app: App, settings: BuildSettings, project?: Project): Limits => ({
  cpu: least(app.spec.build?.cpu ?? settings.cpu, project?.spec.quota?.['limits.cpu'], settings.most.cpu),
  memory: least(
    app.spec.build?.memory ?? settings.memory,
    project?.spec.quota?.['limits.memory'],
    settings.most.memory,
  ),
  disk: least(app.spec.build?.disk ?? settings.disk, settings.most.disk),
  pids: Math.min(app.spec.build?.pids ?? settings.pids, settings.most.pids),
  timeoutSeconds: app.spec.build?.timeoutSeconds ?? settings.timeoutSeconds,
})

/** The same for one pipeline of a file. */
export const stageLimitsOf = (app: App, settings: BuildSettings, project?: Project): Limits => ({
  ...limitsOf(app, settings, project),
  timeoutSeconds: app.spec.build?.timeoutSeconds ?? settings.stageSeconds,
})

/** The smallest of some quantities; what is none (somebody wrote nonsense into a quota) does not count. */
function least(first: string, ...others: (string | undefined)[]): string {
  const quantities = [first, ...others].filter(
    (one) => one !== undefined && findQuantity(one) !== undefined,
  ) as string[]
  return quantities.reduce((a, b) => (compareQuantities(b, a) < 0 ? b : a), quantities[0] ?? others.at(-1)!)
}
