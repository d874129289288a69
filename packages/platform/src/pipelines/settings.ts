import { availableParallelism } from 'node:os'
import type { App } from '@sampan/resources/sampan/app'

/** What builds may use, unless an app asks for something else. */
export interface BuildSettings {
  /** How many Pipelines run at once. */
  concurrency: number
  /** Limits of a build's pod, as Kubernetes quantities. */
  cpu: string
  memory: string
  timeoutSeconds: number
  /** Largest number of processes in a build. */
  pids: number
  /** A build is refused when less than this is free on the disk, in bytes. */
  minFreeBytes: number
  /** A build that runs is stopped when less than this is free, in bytes. */
  stopFreeBytes: number
}

const gib = 1024 ** 3

export const defaultSettings = (processors = availableParallelism()): BuildSettings => ({
  concurrency: Math.max(2, Math.floor(processors / 2)),
  cpu: String(Math.min(4, Math.max(1, processors))),
  memory: '2Gi',
  timeoutSeconds: 1800,
  pids: 2048,
  minFreeBytes: 2 * gib,
  stopFreeBytes: gib / 2,
})

export interface Limits {
  cpu: string
  memory: string
  timeoutSeconds: number
}

export const limitsOf = (app: App, settings: BuildSettings): Limits => ({
  cpu: app.spec.build?.cpu ?? settings.cpu,
  memory: app.spec.build?.memory ?? settings.memory,
  timeoutSeconds: app.spec.build?.timeoutSeconds ?? settings.timeoutSeconds,
})
