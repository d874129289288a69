import { ArchiveIcon, LockClosedIcon, Pencil1Icon, UpdateIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { pipelineHref } from '../data/paths.ts'
import type { AppRef } from '../data/platform.ts'
import { sources } from '../data/sources.ts'
import type { AppTarget } from './app.ts'

const mayUpdate = ({ project }: AppRef) => ({
  verb: 'update',
  group: 'sampan.dev',
  resource: 'apps',
  namespace: project,
})

const sourceOf = ({ data }: AppTarget) => data.app.spec.source

export const changeSource: Action<AppTarget> = {
  id: 'source.change',
  label: 'settings.change',
  icon: Pencil1Icon,
  right: mayUpdate,
  obstacle: (target) => (sourceOf(target).type === 'svn' ? 'hidden' : undefined),
  run: (target, { open }) => open(() => import('../pages/app/change-source.tsx'), target),
}

export const syncSource: Action<AppTarget> = {
  id: 'source.sync',
  label: 'settings.sync',
  icon: UpdateIcon,
  right: mayUpdate,
  obstacle: (target) => (sourceOf(target).url ? undefined : 'hidden'),
  run: async (target, { go, say }) => {
    const [run] = (await sources.sync(target)).pipelines
    if (run) go(pipelineHref(target.project, run))
    else say({ key: 'settings.nothingNew' })
  },
}

export const uploadCode: Action<AppTarget> = {
  id: 'source.upload',
  label: 'settings.upload',
  icon: ArchiveIcon,
  right: mayUpdate,
  obstacle: (target) => (sourceOf(target).type === 'git' && !sourceOf(target).url ? undefined : 'hidden'),
  run: (target, { open }) => open(() => import('../pages/app/upload.tsx'), target),
}

export const newWebhook: Action<AppRef> = {
  id: 'source.webhook',
  label: 'settings.newWebhook',
  icon: LockClosedIcon,
  right: ({ project }) => ({ verb: 'create', group: '', resource: 'secrets', namespace: project }),
  run: (target, { open }) => open(() => import('../pages/app/new-webhook.tsx'), target),
}
