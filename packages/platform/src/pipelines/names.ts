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

/** The same for every run that needs it: of two that make it, the second finds it made. */
export const stackPodName = (stack: StackName, tag: string) => `stack-${stack}-${tag}`
