import {
  CheckIcon,
  CounterClockwiseClockIcon,
  ExternalLinkIcon,
  MixerVerticalIcon,
  ReloadIcon,
  ResetIcon,
  TrashIcon,
  UpdateIcon,
} from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { pipelineHref, projectHref } from '../data/paths.ts'
import { type AppDetail, type AppRef, platform } from '../data/platform.ts'

/** An app as its page has it. */
export type AppTarget = AppRef & { data: AppDetail }

const mayUpdate = ({ project }: AppRef) => ({
  verb: 'update',
  group: 'sampan.dev',
  resource: 'apps',
  namespace: project,
})

export const openApp: Action<AppTarget> = {
  id: 'app.open',
  label: 'app.open',
  icon: ExternalLinkIcon,
  shortcut: 'o',
  obstacle: ({ data }) => (data.environments.some(({ url }) => url) ? undefined : 'hidden'),
  run: ({ data }) => void window.open(data.environments.find(({ url }) => url)?.url, '_blank', 'noopener'),
}

export const deployApp: Action<AppTarget> = {
  id: 'app.deploy',
  label: 'app.deploy',
  icon: UpdateIcon,
  shortcut: 'b',
  right: mayUpdate,
  obstacle: ({ data }) =>
    data.app.spec.source.type === 'image' ? 'hidden' : data.pipelines.length === 0 ? 'app.nothingPushed' : undefined,
  run: async (ref, { go }) => {
    const { pipeline } = await platform.deploy(ref)
    if (pipeline) go(pipelineHref(ref.project, pipeline.metadata.name))
  },
}

/** An app of an image is not built: what its tag names now is released. */
export const pullImage: Action<AppTarget> = {
  id: 'app.pull',
  label: 'app.pull',
  icon: UpdateIcon,
  shortcut: 'b',
  right: mayUpdate,
  obstacle: ({ data }) => (data.app.spec.source.type === 'image' ? undefined : 'hidden'),
  run: (ref) => platform.deploy(ref),
  done: 'staged.released',
}

export const scaleApp: Action<AppTarget> = {
  id: 'app.scale',
  label: 'app.scale',
  icon: MixerVerticalIcon,
  shortcut: 's',
  right: mayUpdate,
  run: (target, { open }) => open(() => import('../pages/app/scale.tsx'), target),
}

export const deleteApp: Action<AppRef> = {
  id: 'app.delete',
  label: 'app.delete',
  icon: TrashIcon,
  isDangerous: true,
  right: ({ project }) => ({ verb: 'delete', group: 'sampan.dev', resource: 'apps', namespace: project }),
  question: ({ app }) => ({
    title: { key: 'app.delete' },
    text: { key: 'app.deleteAsk', values: { app } },
    typed: app,
  }),
  run: async (ref, { go }) => {
    await platform.removeApp(ref)
    go(projectHref(ref.project))
  },
  done: 'app.deleted',
}

export type ReleaseTarget = AppRef & { number: number; environment?: string; isServing: boolean; isAgain?: boolean }

export const rollbackTo: Action<ReleaseTarget> = {
  id: 'release.rollback',
  label: 'release.rollback',
  icon: ResetIcon,
  right: mayUpdate,
  obstacle: ({ isServing }) => (isServing ? 'release.servesAlready' : undefined),
  run: (target, { open }) => open(() => import('../pages/app/rollback.tsx'), target),
}

/** A release that is newer than what serves was not taken: it is tried once more. */
export const releaseAgain: Action<ReleaseTarget> = {
  id: 'release.again',
  label: 'release.again',
  icon: ReloadIcon,
  right: mayUpdate,
  run: (target, { open }) => open(() => import('../pages/app/rollback.tsx'), { ...target, isAgain: true }),
}

/** What there is to do with a release: back to an older one, or a newer one once more. */
export const bringBack = (number: number, serving: number | undefined): Action<ReleaseTarget> =>
  number > (serving ?? 0) ? releaseAgain : rollbackTo

export type RolloutTarget = { project: string; name: string }

export const approveRollout: Action<RolloutTarget> = {
  id: 'rollout.approve',
  label: 'release.approve',
  icon: CheckIcon,
  right: ({ project }) => ({ verb: 'approve', group: 'sampan.dev', resource: 'rollouts', namespace: project }),
  run: ({ project, name }) => platform.approve(project, name),
  done: 'release.approved',
}

export const cancelRollout: Action<RolloutTarget> = {
  id: 'rollout.cancel',
  label: 'release.cancel',
  icon: CounterClockwiseClockIcon,
  right: ({ project }) => ({ verb: 'update', group: 'sampan.dev', resource: 'rollouts', namespace: project }),
  run: ({ project, name }) => platform.cancelRollout(project, name),
}
