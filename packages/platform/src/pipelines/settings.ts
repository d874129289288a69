import { availableParallelism, totalmem } from 'node:os'
import type { App } from '@sampan/resources/sampan/app'

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
  /** What one run may write, as a Kubernetes quantity: its workspace, and what each container writes besides. */
  disk: string
  /** Memory that the steps of one run may have together, in bytes: how many run side by side follows from it. */
  runMemoryBytes: number
  /** A declared cache that is larger starts afresh; files not used for so many days are removed. */
  cacheBytes: number
  cacheDays: number
  /** The layers kept of one app: more, and its next build starts from scratch. */
  layerCacheBytes: number
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
  disk: '10Gi',
  runMemoryBytes: Math.max(4 * gib, memory / 2),
  cacheBytes: 5 * gib,
  cacheDays: 30,
  layerCacheBytes: 20 * gib,
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

export const limitsOf = (app: App, settings: BuildSettings): Limits => ({
  cpu: app.spec.build?.cpu ?? settings.cpu,
  memory: app.spec.build?.memory ?? settings.memory,
  disk: app.spec.build?.disk ?? settings.disk,
  pids: app.spec.build?.pids ?? settings.pids,
  timeoutSeconds: app.spec.build?.timeoutSeconds ?? settings.timeoutSeconds,
})

/** The same for one pipeline of a file. */
export const stageLimitsOf = (app: App, settings: BuildSettings): Limits => ({
  ...limitsOf(app, settings),
  timeoutSeconds: app.spec.build?.timeoutSeconds ?? settings.stageSeconds,
})
