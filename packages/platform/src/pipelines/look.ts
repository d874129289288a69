import type { Snapshot } from '@sampan/control/controller'
import type { Step } from '@sampan/control/plan'
import type { App } from '@sampan/resources/sampan/app'
import type { PipelineParts } from './parts.ts'
import type { Limits } from './settings.ts'
import type { Stage, Status } from './status.ts'

export type Artifact = NonNullable<Status['artifacts']>[number]

/** What one look at a stage found, and what follows from it. */
export interface Look {
  stage: Stage
  /** Besides the status, which is written after all of these. */
  plan?: readonly Step[]
  /** Made by the stage since the last look. */
  artifacts?: readonly Artifact[]
  /** What it waits for, in words. */
  message?: string
  /** How often the pod of the image stage was started. */
  attempts?: number
}

/** What every look at a run needs. */
export interface Around {
  owner: App
  limits: Limits
  snapshot: Snapshot
  parts: PipelineParts
}
