import { createHash } from 'node:crypto'
import type { Pod } from '@sampan/resources/core/pod'
import { buildNamespace } from '../config.ts'
import { appLabel, projectLabel } from '../labels.ts'
import { buildStep, cloneStep, pipelineLabel } from './names.ts'
import {
  annotationsOf,
  buildContainer,
  cacheVolume,
  caMount,
  commonVolumes,
  env,
  type PodOptions,
  paths,
  podBase,
  resourcesOf,
  type runPod,
  stacksVolume,
  surroundings,
} from './pods.ts'
import type { Limits } from './settings.ts'

/** On pods that wait, or waited, for a run: a digest of what they were made from. */
export const standbyLabel = 'sampan.dev/standby'
/** On those that got a run: when, and the name of the run's own pod had it been made for it (it is unique). */
const takenAt = 'sampan.dev/taken-at'
const takenFor = 'sampan.dev/taken-for'

const folder = '/run/sampan-job'
const job = { name: 'job', mountPath: folder }
const workspace = { name: 'workspace', mountPath: '/workspace' }

/**
 * A pod like that of the default pipeline, with the same caps, that was started before its run: both steps wait for their
 * job. It holds no credential and nobody's source, and serves one run at most. `mostSeconds`: it ends itself after that.
 */
export function standbyPod(
  { name, project, app }: { name: string; project: string; app: string },
  limits: Limits,
  mostSeconds: number,
  options: PodOptions,
) {
  const build = buildContainer(
    buildStep,
    { SAMPAN_JOB: folder },
    limits,
    [workspace, job, { name: 'stacks', mountPath: paths.stacks, readOnly: true }],
    options,
  )
  const spec = {
    ...podBase(mostSeconds),
    containers: [
      {
        name: cloneStep,
        image: options.builderImage,
        imagePullPolicy: 'IfNotPresent',
        command: ['sampan-stand-by', 'clone'],
        stdin: true,
        env: env({ SAMPAN_JOB: folder, ...surroundings(options) }),
        resources: resourcesOf(limits),
        volumeMounts: [workspace, job, ...caMount(options)],
      },
      {
        ...build,
        command: ['sampan-stand-by', 'build'],
        volumeMounts: build.volumeMounts.filter((one) => !('name' in one) || one.name !== 'auth'),
      },
    ],
    volumes: [
      { name: 'workspace', emptyDir: {} },
      { name: 'job', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
      cacheVolume(options, `${project}/${app}`),
      stacksVolume(options),
      ...commonVolumes(options),
    ],
  }
  const made = createHash('sha256')
    .update(JSON.stringify([spec, limits]))
    .digest('hex')
    .slice(0, 16)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: buildNamespace,
      labels: { [projectLabel]: project, [appLabel]: app, [standbyLabel]: made },
      annotations: annotationsOf(limits),
    },
    spec,
  }
}

export const isStandby = ({ metadata: { labels } }: Pod) => labels?.[standbyLabel] !== undefined

/** Waits for a run that nobody has given it yet. */
export const isFree = (one: Pod) => isStandby(one) && one.metadata.labels?.[pipelineLabel] === undefined

export const takenBy = ({ metadata }: Pod) => metadata.annotations?.[takenFor]

/** Both steps run, so that a job can be handed over at once. */
export const isWaiting = ({ metadata, status }: Pod) =>
  !metadata.deletionTimestamp &&
  [cloneStep, buildStep].every((step) =>
    status?.containerStatuses?.some((one) => one.name === step && one.state?.running),
  )

/** The change that gives a pod to a run: from now on it is that run's, and has as much time as any. */
export function taking(found: Pod, run: { pipeline: string; podName: string }, limits: Limits, now: Date) {
  const began = Date.parse(found.status?.startTime ?? found.metadata.creationTimestamp ?? '')
  const age = Math.ceil((now.getTime() - began) / 1000)
  return {
    metadata: {
      labels: { [pipelineLabel]: run.pipeline },
      annotations: { [takenAt]: now.toISOString(), [takenFor]: run.podName },
    },
    spec: {
      activeDeadlineSeconds: Math.min(
        found.spec.activeDeadlineSeconds ?? Number.POSITIVE_INFINITY,
        age + limits.timeoutSeconds,
      ),
    },
  }
}

/**
 * The pod as one that was made for its run would look: the first step begins when the pod was given away, the second when
 * the first is done.
 */
export function seenAsRun(found: Pod): Pod {
  const since = found.metadata.annotations?.[takenAt]
  if (!isStandby(found) || !since || !found.status) return found
  const statuses = found.status.containerStatuses ?? []
  const fetched = statuses.find(({ name }) => name === cloneStep)?.state?.terminated
  const later = (at: string | undefined, than: string | undefined) =>
    at && than && Date.parse(at) > Date.parse(than) ? at : than
  return {
    ...found,
    status: {
      ...found.status,
      containerStatuses: statuses.map((one) => {
        const { running, terminated } = one.state ?? {}
        const from = one.name === cloneStep ? since : fetched?.exitCode === 0 ? fetched.finishedAt : undefined
        if (!from) return { ...one, state: { waiting: { reason: 'PodInitializing' } } }
        if (running) return { ...one, state: { running: { startedAt: later(running.startedAt, from) } } }
        if (!terminated) return one
        return { ...one, state: { terminated: { ...terminated, startedAt: later(terminated.startedAt, from) } } }
      }),
    },
  }
}

/** What is written to the first step's standard input: see images/builder/sampan-stand-by. */
export function jobOf(
  made: ReturnType<typeof runPod>,
  { username, password, configJson }: { username: string; password: string; configJson: string },
): Buffer {
  const authFile = `${folder}/auth.json`
  const parts = (container: { env: { name: string; value: string }[] }) =>
    container.env.flatMap(({ name, value }) => ['env', name, name === 'REGISTRY_AUTH_FILE' ? authFile : value])
  const [clone] = made.spec.initContainers
  const [build] = made.spec.containers
  const texts = [
    ...parts(clone!),
    ...['env', 'SAMPAN_TICKET', folder],
    ...['file', `${folder}/username`, username],
    ...['file', `${folder}/password`, password],
    'go',
    ...parts(build!),
    ...['file', authFile, configJson],
    'go',
  ]
  return Buffer.from(texts.map((text) => `${text.replaceAll('\0', '')}\0`).join(''))
}

/** Where they are found by app. */
export const standbysOf = (one: Pod) => {
  const { labels = {}, namespace } = one.metadata
  return namespace === buildNamespace && isFree(one) ? [`${labels[projectLabel]}/${labels[appLabel]}`] : []
}
