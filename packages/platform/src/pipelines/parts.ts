import type { App } from '@sampan/resources/sampan/app'
import type { Collector } from '../logs/collect.ts'
import type { LogStore } from '../logs/store.ts'
import type { Disk } from './disk.ts'
import type { PodOptions } from './pods.ts'
import type { BuildPlan } from './read-source.ts'
import type { BuildSettings } from './settings.ts'
import type { StackImage } from './stack-images.ts'
import type { StackName } from './stacks/source.ts'

/** What the pipeline controller works with; everything outside the Kubernetes API comes in here. */
export interface PipelineParts {
  settings: BuildSettings
  pods: PodOptions
  stacks: Record<StackName, StackImage>
  /** How a commit is built. */
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
