import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Collector } from '../logs/collect.ts'
import type { LogStore } from '../logs/store.ts'
import type { Disk } from './disk.ts'
import type { Surroundings } from './drone/context.ts'
import type { FileReader } from './drone/file.ts'
import type { Feeder } from './feeder.ts'
import type { PodOptions } from './pods.ts'
import type { ProcessProbe } from './process-probe.ts'
import type { BuildPlan } from './read-source.ts'
import type { Reader, Values } from './secret-store.ts'
import type { BuildSettings } from './settings.ts'
import type { StackImage } from './stack-images.ts'
import type { StackName } from './stacks/source.ts'

/** What the pipeline controller works with; everything outside the Kubernetes API comes in here. */
export interface PipelineParts {
  settings: BuildSettings
  pods: PodOptions
  stacks: Record<StackName, StackImage>
  /** Pipeline files of commits, planned. */
  files: FileReader
  surroundings: Surroundings
  /** Other names of our registry in pipeline files: `localhost:5000`. */
  registryAliases: readonly string[]
  /** Name of this machine, for steps that want to know. */
  machine: string
  secretsFor(reader: Reader): Promise<Values>
  /** Signs and encrypts for one app; undefined where none was made. */
  repositoryKey(app: App): Promise<string | undefined>
  /** Data of a run's Secret; empty where there is none (yet). */
  runData(one: Pipeline): Promise<Readonly<Record<string, string>>>
  /** Asks the API itself: what a cache does not have may only be late. */
  hasPod(name: string): Promise<boolean>
  processes: ProcessProbe
  feeder: Feeder
  nodes(): Promise<readonly { os: string; arch: string; labels: Readonly<Record<string, string>> }[]>
  /** How a commit is built when nothing says how. */
  planOf(app: App, sha: string): Promise<BuildPlan>
  /** Why no build can start now, if so; it is asked again. */
  obstacle(): string | undefined
  hasImage(repository: string, tag: string): Promise<boolean>
  /** Whether bases come from outside when they can. */
  hubReachable(): boolean
  /** Bases that need no registry outside, for sentences. */
  offlineBases: readonly string[]
  repositoryURL(project: string, app: string): string
  fetchTicket(run: { pipeline: string; repository: string; until: Date }): string
  pushConfigJson(run: { subject: string; pipeline?: string; repository: string; until: Date }): string
  disk(): Promise<Disk>
  diskFolder: string
  logs: { store: LogStore; collector: Collector }
}
