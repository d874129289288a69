import { CheckIcon, Cross2Icon, StopIcon, UpdateIcon } from '@radix-ui/react-icons'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Action } from '../data/action.ts'
import { pipelineHref } from '../data/paths.ts'
import { platform } from '../data/platform.ts'

const may = (verb: string) => (one: Pipeline) => ({
  verb,
  group: 'sampan.dev',
  resource: 'pipelines',
  namespace: one.metadata.namespace ?? '',
})

const placeOf = ({ metadata: { namespace = '', name } }: Pipeline) => [namespace, name] as const
const isOver = ({ status }: Pipeline) => !['pending', 'running', 'blocked', undefined].includes(status?.state)

export const cancelRun: Action<Pipeline> = {
  id: 'pipeline.cancel',
  label: 'pipeline.cancel',
  icon: StopIcon,
  shortcut: 'x',
  right: may('update'),
  obstacle: (one) => (isOver(one) ? 'hidden' : undefined),
  run: (one) => platform.cancelPipeline(...placeOf(one)),
  done: 'pipeline.cancelled',
}

export const restartRun: Action<Pipeline> = {
  id: 'pipeline.restart',
  label: 'pipeline.restart',
  icon: UpdateIcon,
  shortcut: 'r',
  right: may('create'),
  obstacle: (one) => (isOver(one) ? undefined : 'hidden'),
  run: async (one, { go }) => {
    const { pipeline } = await platform.restartPipeline(...placeOf(one))
    go(pipelineHref(pipeline.metadata.namespace ?? '', pipeline.metadata.name))
  },
  done: 'pipeline.restarted',
}

const isBlocked = ({ status }: Pipeline) => (status?.state as string) === 'blocked'

export const approveRun: Action<Pipeline> = {
  id: 'pipeline.approve',
  label: 'release.approve',
  icon: CheckIcon,
  right: may('approve'),
  obstacle: (one) => (isBlocked(one) ? undefined : 'hidden'),
  run: (one) => platform.decidePipeline(...placeOf(one), 'approve'),
  done: 'release.approved',
}

export const declineRun: Action<Pipeline> = {
  id: 'pipeline.decline',
  label: 'pipeline.decline',
  icon: Cross2Icon,
  isDangerous: true,
  right: may('approve'),
  obstacle: (one) => (isBlocked(one) ? undefined : 'hidden'),
  run: (one) => platform.decidePipeline(...placeOf(one), 'decline'),
}
