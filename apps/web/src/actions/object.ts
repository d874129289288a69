import {
  CodeIcon,
  CounterClockwiseClockIcon,
  ExitIcon,
  FileTextIcon,
  LightningBoltIcon,
  LinkBreak2Icon,
  LockClosedIcon,
  LockOpen1Icon,
  MixIcon,
  PauseIcon,
  Pencil1Icon,
  PlayIcon,
  ReloadIcon,
  SizeIcon,
  TrashIcon,
} from '@radix-ui/react-icons'
import type { KubeObject } from '@sampan/resources/meta'
import type { Action } from '../data/action.ts'
import { api } from '../data/api.ts'
import {
  hrefOf,
  isNode,
  isPod,
  isWorkload,
  type ObjectTarget,
  patchObject,
  removeObject,
  rightTo,
} from '../data/object.ts'

type Field<T> = KubeObject & { spec?: T }

const isCronJob = ({ kind }: ObjectTarget) => kind.group === 'batch' && kind.plural === 'cronjobs'

export const editObject: Action<ObjectTarget> = {
  id: 'object.edit',
  label: 'object.edit',
  icon: Pencil1Icon,
  shortcut: 'e',
  right: rightTo('update'),
  run: (target, { go }) => go(hrefOf(target, 'yaml')),
}

export const podLogs: Action<ObjectTarget> = {
  id: 'object.logs',
  label: 'object.logs',
  icon: FileTextIcon,
  shortcut: 'l',
  right: rightTo('get', 'log'),
  obstacle: ({ kind }) => (isPod(kind) ? undefined : 'hidden'),
  run: (target, { go }) => go(hrefOf(target, 'logs')),
}

export const podTerminal: Action<ObjectTarget> = {
  id: 'object.terminal',
  label: 'object.terminal',
  icon: CodeIcon,
  shortcut: 't',
  right: rightTo('create', 'exec'),
  obstacle: ({ kind }) => (isPod(kind) ? undefined : 'hidden'),
  run: (target, { go }) => go(hrefOf(target, 'terminal')),
}

export const debugPod: Action<ObjectTarget> = {
  id: 'object.debug',
  label: 'object.debug',
  icon: MixIcon,
  right: rightTo('patch', 'ephemeralcontainers'),
  obstacle: ({ kind }) => (isPod(kind) ? undefined : 'hidden'),
  run: (target, { open }) => open(() => import('../pages/cluster/debug.tsx'), target),
}

export const restartWorkload: Action<ObjectTarget> = {
  id: 'object.restart',
  label: 'object.restart',
  icon: ReloadIcon,
  shortcut: 'r',
  right: rightTo('patch'),
  obstacle: ({ kind }) => (isWorkload(kind) ? undefined : 'hidden'),
  question: ({ name }) => ({
    title: { key: 'object.restart' },
    text: { key: 'object.restartAsk', values: { name } },
  }),
  // As `kubectl rollout restart` does it.
  run: (target) =>
    patchObject(target, {
      spec: {
        template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() } } },
      },
    }),
  done: 'object.restarted',
}

export const scaleObject: Action<ObjectTarget> = {
  id: 'object.scale',
  label: 'object.scale',
  icon: SizeIcon,
  shortcut: 's',
  right: rightTo('patch', 'scale'),
  obstacle: ({ kind }) => (kind.subresources.includes('scale') ? undefined : 'hidden'),
  run: (target, { open }) => open(() => import('../pages/cluster/scale.tsx'), target),
}

const isPaused = ({ object }: ObjectTarget) => (object as Field<{ paused?: boolean }>)?.spec?.paused === true

export const rollbackWorkload: Action<ObjectTarget> = {
  id: 'object.rollback',
  label: 'object.rollback',
  icon: CounterClockwiseClockIcon,
  right: rightTo('patch'),
  obstacle: (target) => (isWorkload(target.kind) ? (isPaused(target) ? 'object.rollbackPaused' : undefined) : 'hidden'),
  run: (target, { open }) => open(() => import('../pages/cluster/rollback.tsx'), target),
}

const isCordoned = ({ object }: ObjectTarget) => (object as Field<{ unschedulable?: boolean }>)?.spec?.unschedulable

export const cordonNode: Action<ObjectTarget> = {
  id: 'object.cordon',
  label: 'object.cordon',
  icon: LockClosedIcon,
  right: rightTo('patch'),
  obstacle: (target) => (isNode(target.kind) && target.object && !isCordoned(target) ? undefined : 'hidden'),
  question: ({ name }) => ({ title: { key: 'object.cordon' }, text: { key: 'object.cordonAsk', values: { name } } }),
  run: (target) => patchObject(target, { spec: { unschedulable: true } }),
  done: 'object.cordoned',
}

export const uncordonNode: Action<ObjectTarget> = {
  id: 'object.uncordon',
  label: 'object.uncordon',
  icon: LockOpen1Icon,
  right: rightTo('patch'),
  obstacle: (target) => (isNode(target.kind) && isCordoned(target) ? undefined : 'hidden'),
  run: (target) => patchObject(target, { spec: { unschedulable: null } }),
  done: 'object.uncordoned',
}

export const drainNode: Action<ObjectTarget> = {
  id: 'object.drain',
  label: 'object.drain',
  icon: ExitIcon,
  right: () => ({ verb: 'create', group: '', resource: 'pods/eviction' }),
  obstacle: ({ kind }) => (isNode(kind) ? undefined : 'hidden'),
  run: (target, { open }) => open(() => import('../pages/cluster/drain.tsx'), target),
}

const isSuspended = ({ object }: ObjectTarget) => (object as Field<{ suspend?: boolean }>)?.spec?.suspend === true

export const suspendCronJob: Action<ObjectTarget> = {
  id: 'object.suspend',
  label: 'object.suspend',
  icon: PauseIcon,
  right: rightTo('patch'),
  obstacle: (target) => (isCronJob(target) && target.object && !isSuspended(target) ? undefined : 'hidden'),
  run: (target) => patchObject(target, { spec: { suspend: true } }),
  done: 'common.saved',
}

export const resumeCronJob: Action<ObjectTarget> = {
  id: 'object.resume',
  label: 'object.resume',
  icon: PlayIcon,
  right: rightTo('patch'),
  obstacle: (target) => (isCronJob(target) && isSuspended(target) ? undefined : 'hidden'),
  run: (target) => patchObject(target, { spec: { suspend: false } }),
  done: 'common.saved',
}

interface JobTemplate {
  jobTemplate: { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }; spec: unknown }
}

export const runCronJob: Action<ObjectTarget> = {
  id: 'object.runNow',
  label: 'object.runNow',
  icon: LightningBoltIcon,
  right: ({ namespace }) => ({ verb: 'create', group: 'batch', resource: 'jobs', ...(namespace && { namespace }) }),
  obstacle: (target) => (isCronJob(target) && target.object ? undefined : 'hidden'),
  // As `kubectl create job --from` does it.
  run: async ({ namespace, name, object }, { go }) => {
    const { spec, metadata } = object as Field<JobTemplate>
    const { metadata: template = {}, spec: jobSpec } = spec!.jobTemplate
    const job = await api<KubeObject>(`/kube/apis/batch/v1/namespaces/${encodeURIComponent(namespace!)}/jobs`, {
      method: 'POST',
      body: {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          generateName: `${name.slice(0, 40)}-manual-`,
          labels: template.labels,
          annotations: { ...template.annotations, 'cronjob.kubernetes.io/instantiate': 'manual' },
          ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid: metadata.uid, controller: false }],
        },
        spec: jobSpec,
      },
    })
    go(`/cluster/kinds/jobs.batch/${namespace}/${job.metadata.name}`)
  },
  done: 'object.started',
}

/** What is only for a while, or is made again: its name need not be typed. */
const isPassing = ({ group, plural }: ObjectTarget['kind']) =>
  ['pods', 'events', 'endpoints'].includes(plural) ||
  (group === 'apps' && ['replicasets', 'controllerrevisions'].includes(plural)) ||
  (group === 'batch' && plural === 'jobs') ||
  ['coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io'].includes(group)

/** For what is being deleted and waits for somebody who will never come. */
export const releaseObject: Action<ObjectTarget> = {
  id: 'object.release',
  label: 'object.release',
  icon: LinkBreak2Icon,
  isDangerous: true,
  right: rightTo('patch'),
  obstacle: ({ object }) =>
    object?.metadata.deletionTimestamp && object.metadata.finalizers?.length ? undefined : 'hidden',
  question: ({ name, object }) => ({
    title: { key: 'object.release' },
    text: { key: 'object.releaseAsk', values: { finalizers: object?.metadata.finalizers?.join(', ') ?? '' } },
    typed: name,
  }),
  run: (target) => patchObject(target, { metadata: { finalizers: null } }),
  done: 'object.released',
}

export const deleteObject: Action<ObjectTarget> = {
  id: 'object.delete',
  label: 'object.delete',
  icon: TrashIcon,
  isDangerous: true,
  right: rightTo('delete'),
  question: ({ kind, name }) => {
    const title = { key: 'object.delete' } as const
    if (isPod(kind)) return { title, text: { key: 'object.deletePodAsk', values: { name } } }
    const text = { key: 'object.deleteAsk', values: { kind: kind.kind, name } } as const
    return isPassing(kind) ? { title, text } : { title, text, typed: name }
  },
  run: async (target, { go }) => {
    await removeObject(target)
    const own = hrefOf(target)
    if (location.pathname === new URL(own, location.href).pathname) go(own.split('/').slice(0, 4).join('/'))
  },
  done: 'object.deleted',
}

/** What can be done with any object; those that make no sense for a kind hide themselves. */
export const objectActions: readonly Action<ObjectTarget>[] = [
  podLogs,
  podTerminal,
  debugPod,
  scaleObject,
  restartWorkload,
  rollbackWorkload,
  runCronJob,
  suspendCronJob,
  resumeCronJob,
  cordonNode,
  uncordonNode,
  drainNode,
  editObject,
  releaseObject,
  deleteObject,
]
