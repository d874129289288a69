import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { StackName } from './stacks/source.ts'

/** On pods and Secrets of builds: the Pipeline they belong to, by name; project and app are labels too. */
export const pipelineLabel = 'sampan.dev/pipeline'
/** On pods that build a stack's image. */
export const stackLabel = 'sampan.dev/stack'

/** The stage that builds the app's image as the default pipeline does. */
export const imageStage = 'image'
export const cloneStep = 'clone'
export const buildStep = 'build'
/** One step per stack image that has to be made first. */
export const stackStep = (stack: StackName) => `stack-${stack}`
export const stackOfStep = (step: string) => /^stack-(.+)$/.exec(step)?.[1] as StackName | undefined

/** Pod and Secret of a run. The uid keeps a Pipeline that was made again apart from the one before. */
export const podNameOf = ({ metadata }: Pipeline) =>
  `${metadata.name.slice(0, 40)}-${(metadata.uid ?? '').replaceAll('-', '').slice(-8)}`

/** The pod that waits for the run after this one. */
export const standbyNameOf = (one: Pipeline) => `${podNameOf(one)}-next`

/** The same for every run that needs it: of two that make it, the second finds it made. */
export const stackPodName = (stack: StackName, tag: string) => `stack-${stack}-${tag}`

/** Everything of one stage: its claim, scripts and network policy have this name. Stages count from 1. */
export const stageObjectName = (one: Pipeline, stage: number) => `${podNameOf(one)}-${stage}`
/** Steps count from 1 in their stage; 0 is the pod that holds the workspace. */
export const stepPodName = (one: Pipeline, stage: number, step: number) => `${stageObjectName(one, stage)}-${step}`
/** Secrets and credentials of a run that follows a file. */
export const valuesName = (one: Pipeline) => `${podNameOf(one)}-env`
export const pullName = (one: Pipeline) => `${podNameOf(one)}-pull`
/** On pods of a run that follows a file: which stage, so that its steps reach its services and nobody else does. */
export const stageLabel = 'sampan.dev/stage'
