import { createHash } from 'node:crypto'
import type { PlannedPipeline, PlannedStep, PlannedVolume } from '@sampan/drone/plan'
import { quantityOfBytes, quantityOfMilli, unitsOf } from '@sampan/kit/quantity'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../../config.ts'
import { pullName, stageObjectName, stepPodName, valuesName } from '../names.ts'
import {
  annotationsOf,
  buildContainer,
  buildPriority,
  cacheVolume,
  caMount,
  commonVolumes,
  env,
  type PodOptions,
  paths,
  podBase,
  resourcesOf,
  surroundings,
} from '../pods.ts'
import type { BuildSettings, Limits } from '../settings.ts'
import { cacheClaimName, stageLabels } from './objects.ts'

/** The value of a variable, or the key of the run's Secret that holds it. */
export type EnvValue = string | { key: string }

/** What all pods of a stage have in common. */
export interface StagePods {
  one: Pipeline
  planned: PlannedPipeline
  /** Counts from 1. */
  number: number
  limits: Limits
  /** Seconds the stage has left. */
  remainingSeconds: number
  options: PodOptions
  /** Where the workspace is; unknown until its first pod has a place. */
  node?: string
  /** Services and steps that run aside, by the names steps call them. */
  aliases: readonly { ip: string; hostnames: string[] }[]
}

export const watchContainer = 'watch'
const volumeName = (index: number) => `volume-${index}`
/** Below the claim, for temporary volumes: their own names may hold anything. */
const tempPath = (index: number) => `volumes/${index}`
const scriptsPath = '/run/drone'

const frame = (given: StagePods, step: number, limits: Limits) => {
  const { one, number, node } = given
  const grace = Math.min(30, Math.max(1, given.remainingSeconds))
  return {
    metadata: {
      name: stepPodName(one, number, step),
      namespace: buildNamespace,
      labels: stageLabels(one, number),
      annotations: annotationsOf(limits),
    },
    spec: {
      ...podBase(Math.max(1, Math.ceil(given.remainingSeconds))),
      terminationGracePeriodSeconds: Math.min(10, grace),
      priorityClassName: buildPriority,
      imagePullSecrets: [{ name: pullName(one) }],
      ...placement(given, node),
    },
  }
}

function placement({ planned: { kubernetes, platform, node: labels } }: StagePods, node: string | undefined) {
  const selector = { ...kubernetes.nodeSelector, ...labels, ...architecture(platform.arch) }
  const tolerations = kubernetes.tolerations.map(({ tolerationSeconds, ...one }) => ({
    ...Object.fromEntries(Object.entries(one).filter(([, value]) => value !== '')),
    ...(tolerationSeconds !== undefined && { tolerationSeconds }),
  }))
  const pinned = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  return {
    ...(Object.keys(selector).length > 0 && { nodeSelector: selector }),
    ...(tolerations.length > 0 && { tolerations }),
    ...(node && {
      affinity: {
        nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [pinned] } },
      },
    }),
  }
}

const architecture = (arch: string) => (arch ? { 'kubernetes.io/arch': arch } : {})

const workspaceVolume = ({ one, number }: StagePods) => ({
  name: 'workspace',
  persistentVolumeClaim: { claimName: stageObjectName(one, number) },
})

const cachesOf = ({ one, planned }: StagePods) =>
  planned.volumes.flatMap((volume, index) =>
    volume.kind === 'cache' ? [{ index, name: volumeName(index), claim: cacheClaimName(one, volume.name) }] : [],
  )

/** Holds the workspace and its place, fetches the source, and watches that the workspace does not grow too large. */
export function rootPod(
  given: StagePods,
  source: { repositoryURL: string; clone?: Record<string, string> },
  settings: Pick<BuildSettings, 'cacheBytes' | 'cacheDays'>,
) {
  const { planned, options, limits, one } = given
  const { metadata, spec } = frame(given, 0, limits)
  const temps = planned.volumes.flatMap((volume, index) => (volume.kind === 'temp' ? [tempPath(index)] : []))
  const caches = cachesOf(given)
  const claims = [
    workspaceVolume(given),
    ...caches.map(({ name, claim }) => ({ name, persistentVolumeClaim: { claimName: claim } })),
  ]
  const watch = {
    name: watchContainer,
    image: options.builderImage,
    imagePullPolicy: 'IfNotPresent',
    command: ['sampan-watch'],
    env: env({
      SAMPAN_LIMIT: String(unitsOf(limits.disk)),
      SAMPAN_FOLDERS: temps.join(' '),
      SAMPAN_CACHE_LIMIT: String(settings.cacheBytes),
      SAMPAN_CACHE_DAYS: String(settings.cacheDays),
    }),
    resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
    volumeMounts: [
      { name: 'workspace', mountPath: '/volume' },
      ...caches.map(({ name, index }) => ({ name, mountPath: `/caches/${index}` })),
    ],
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      ...spec,
      // It outlives the steps by a little, so that the stage's own end is told apart from this pod's.
      activeDeadlineSeconds: Math.ceil(given.remainingSeconds) + 60,
      containers: source.clone ? [cloneContainer(given, 'clone', { ...source, clone: source.clone }), watch] : [watch],
      volumes: [...claims, ...(source.clone ? [ticketVolume(one)] : []), ...caVolume(options)],
    },
  }
}

const ticketVolume = (one: Pipeline) => ({
  name: 'ticket',
  secret: {
    secretName: valuesName(one),
    defaultMode: 0o400,
    items: ['username', 'password'].map((key) => ({ key, path: key })),
  },
})

const caVolume = (options: PodOptions) => commonVolumes(options).filter(({ name }) => name === 'ca')

function cloneContainer(
  given: StagePods,
  name: string,
  { repositoryURL, clone }: { repositoryURL: string; clone: Record<string, string> },
) {
  const { one, planned, options, limits } = given
  return {
    name,
    image: options.builderImage,
    imagePullPolicy: 'IfNotPresent',
    command: ['sampan-clone'],
    env: env({
      SAMPAN_REPOSITORY: repositoryURL,
      SAMPAN_COMMIT: one.spec.commit.sha,
      SAMPAN_REF: one.spec.commit.ref,
      SAMPAN_FOLDER: planned.workspace,
      ...clone,
      ...surroundings(options),
    }),
    resources: resourcesOf(limits),
    volumeMounts: [
      { name: 'workspace', mountPath: planned.workspaceBase, subPath: 'workspace' },
      { name: 'ticket', mountPath: paths.ticket, readOnly: true },
      ...caMount(options),
    ],
  }
}

/** A clone that the file has as a step of its own. */
export function clonePod(given: StagePods, step: number, source: Parameters<typeof cloneContainer>[2]) {
  const { metadata, spec } = frame(given, step, given.limits)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      ...spec,
      containers: [cloneContainer(given, 'step', source)],
      volumes: [workspaceVolume(given), ticketVolume(given.one), ...caVolume(given.options)],
    },
  }
}

export interface StepPod {
  step: PlannedStep
  /** Counts from 1. */
  number: number
  /** As the node shall pull it. */
  image: string
  env: Record<string, EnvValue>
}

/** One step or service: its image, its variables, the workspace. */
export function stepPod(given: StagePods, { step, number, image, env: variables }: StepPod) {
  const { planned, one, options, aliases } = given
  const limits = limitsOfStep(step, given.limits)
  const { metadata, spec } = frame(given, number, limits)
  const hasScript = step.commands.length > 0
  const used = mountsOf(given, step)
  const own = step.docker.extraHosts.flatMap((line) => {
    const [host = '', ip = ''] = line.split(/:(.*)/)
    return host && ip ? [{ ip, hostnames: [host] }] : []
  })
  const dns = dnsOf(planned, step)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      ...spec,
      ...(step.docker.networkMode === 'host' && { hostNetwork: true }),
      hostAliases: [...aliases, ...planned.kubernetes.hostAliases, ...own],
      ...dns,
      containers: [
        {
          name: 'step',
          image,
          imagePullPolicy: pullPolicyOf(step, image),
          ...commandOf(step),
          env: Object.entries({ ...surroundings(options), ...variables }).map(([name, value]) =>
            typeof value === 'string'
              ? { name, value: verbatim(value) }
              : { name, valueFrom: { secretKeyRef: { name: valuesName(one), key: value.key, optional: true } } },
          ),
          workingDir: step.workingDir || planned.workspace,
          securityContext: securityOf(step),
          resources: resourcesOf(limits),
          volumeMounts: [
            { name: 'workspace', mountPath: planned.workspaceBase, subPath: 'workspace' },
            ...(hasScript ? [{ name: 'scripts', mountPath: scriptsPath, readOnly: true }] : []),
            ...(step.docker.shmSize ? [{ name: 'shm', mountPath: '/dev/shm' }] : []),
            ...used.mounts,
            ...caMount(options),
          ],
        },
      ],
      volumes: [
        workspaceVolume(given),
        ...(hasScript
          ? [
              {
                name: 'scripts',
                configMap: {
                  name: stageObjectName(one, given.number),
                  defaultMode: 0o555,
                  items: [{ key: String(number), path: 'script' }],
                },
              },
            ]
          : []),
        ...(step.docker.shmSize
          ? [{ name: 'shm', emptyDir: { medium: 'Memory', sizeLimit: quantityOfBytes(step.docker.shmSize) } }]
          : []),
        ...used.volumes,
        ...caVolume(options),
      ],
    },
  }
}

/** Kubernetes puts variables in for `$(NAME)`; what a file says is meant as it stands. */
const verbatim = (text: string) => text.replaceAll('$', '$$$$')

function commandOf(step: PlannedStep) {
  if (step.commands.length > 0) return { command: ['/bin/sh', `${scriptsPath}/script`] }
  return {
    ...(step.entrypoint.length > 0 && { command: step.entrypoint.map(verbatim) }),
    ...(step.command.length > 0 && { args: step.command.map(verbatim) }),
  }
}

function pullPolicyOf({ pull }: PlannedStep, image: string) {
  if (pull === 'always') return 'Always'
  if (pull === 'never') return 'Never'
  const isLatest = !image.includes('@') && (/:latest$/.test(image) || !/:[^/]+$/.test(image))
  return pull === 'default' && isLatest ? 'Always' : 'IfNotPresent'
}

function securityOf({ privileged, user, group }: PlannedStep) {
  const [name = '', of = ''] = user.split(':')
  const numbers = { runAsUser: idOf(name), runAsGroup: idOf(group || of) }
  return {
    ...(privileged && { privileged: true }),
    ...Object.fromEntries(Object.entries(numbers).filter(([, id]) => id !== undefined)),
  }
}

const idOf = (text: string) => (text === 'root' ? 0 : /^\d+$/.test(text) ? Number(text) : undefined)

/** A step may ask for less than the run may have, not for more. */
function limitsOfStep(step: PlannedStep, limits: Limits): Limits {
  const { cpu } = step.resources.limits
  const memory = step.resources.limits.memory || step.docker.memLimit
  return {
    ...limits,
    ...(cpu > 0 && { cpu: quantityOfMilli(Math.min(cpu, unitsOf(limits.cpu) * 1000)) }),
    ...(memory > 0 && { memory: quantityOfBytes(Math.min(memory, unitsOf(limits.memory))) }),
  }
}

function dnsOf({ kubernetes: { dns } }: PlannedPipeline, { docker }: PlannedStep) {
  const nameservers = [...docker.dns, ...dns.nameservers]
  const searches = [...docker.dnsSearch, ...dns.searches]
  if (nameservers.length + searches.length + dns.options.length === 0) return {}
  return {
    dnsConfig: { nameservers, searches, options: dns.options },
    ...(docker.dns.length > 0 && { dnsPolicy: 'None' }),
  }
}

/** The volumes of a stage that a step mounts. */
function mountsOf(given: StagePods, step: PlannedStep) {
  const { planned, one } = given
  const volumes = new Map<number, object>()
  const mounts: object[] = []
  for (const { name, path, subPath } of step.volumes) {
    const index = planned.volumes.findIndex((volume) => volume.name === name)
    const volume = planned.volumes[index]
    if (!volume) continue
    const mountPath = path.startsWith('/') ? path : `${planned.workspace}/${path}`
    if (volume.kind === 'temp' && volume.medium !== 'memory') {
      mounts.push({ name: 'workspace', mountPath, subPath: [tempPath(index), subPath].filter(Boolean).join('/') })
      continue
    }
    volumes.set(index, { name: volumeName(index), ...sourceOf(volume, one) })
    mounts.push({
      name: volumeName(index),
      mountPath,
      ...(subPath && { subPath }),
      ...(volume.kind === 'claim' && volume.readOnly && { readOnly: true }),
    })
  }
  return { volumes: [...volumes.values()], mounts }
}

function sourceOf(volume: PlannedVolume, one: Pipeline): object {
  switch (volume.kind) {
    case 'temp':
      return {
        emptyDir: { medium: 'Memory', ...(volume.sizeLimit && { sizeLimit: quantityOfBytes(volume.sizeLimit) }) },
      }
    case 'cache':
      return { persistentVolumeClaim: { claimName: cacheClaimName(one, volume.name) } }
    case 'host':
      return { hostPath: { path: volume.path, type: '' } }
    case 'claim':
      return { persistentVolumeClaim: { claimName: volume.claim } }
    case 'config_map':
      return { configMap: { name: volume.configMap, optional: volume.optional, ...modeOf(volume.defaultMode) } }
    case 'secret':
      return { secret: { secretName: volume.secret, optional: volume.optional, ...modeOf(volume.defaultMode) } }
  }
}

const modeOf = (mode: number) => (mode ? { defaultMode: mode } : {})

export interface ImagePod {
  /** Counts from 1. */
  number: number
  values: Record<string, string>
  /** Names of build arguments and how many labels; their values are in the run's Secret under `imageKey`. */
  args: readonly string[]
  labels: number
}

/** Keys of the run's Secret for one image build. */
export const imageKey = (stage: number, step: number, what: string) => `image-${stage}-${step}-${what}`
/** Keys allow fewer letters than names of arguments do. */
export const argKey = (name: string) => `arg-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`

/** The pod that builds and pushes an image from the workspace, as the settings of a step ask. */
export function imagePod(given: StagePods, { number, values, args, labels }: ImagePod) {
  const { one, planned, options, limits } = given
  const { metadata, spec } = frame(given, number, limits)
  const key = (what: string) => imageKey(given.number, number, what)
  const project = one.metadata.namespace ?? ''
  const container = buildContainer(
    'step',
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, verbatim(value)])),
    limits,
    [
      { name: 'workspace', mountPath: planned.workspaceBase, subPath: 'workspace' },
      { name: 'stacks', mountPath: paths.stacks, readOnly: true },
      { name: 'given', mountPath: '/run/sampan-given', readOnly: true },
    ],
    options,
  )
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      ...spec,
      containers: [{ ...container, workingDir: planned.workspace }],
      volumes: [
        workspaceVolume(given),
        {
          name: 'auth',
          secret: {
            secretName: valuesName(one),
            defaultMode: 0o400,
            items: [{ key: key('auth'), path: 'config.json' }],
          },
        },
        {
          name: 'given',
          secret: {
            secretName: valuesName(one),
            defaultMode: 0o400,
            // Without items all keys would be there.
            items: [
              { key: key('none'), path: 'none' },
              ...args.map((name) => ({ key: key(argKey(name)), path: `args/${name}` })),
              ...Array.from({ length: labels }, (_, i) => ({ key: key(`label-${i}`), path: `labels/${i}` })),
            ],
          },
        },
        cacheVolume(options, `${project}/${one.spec.app}`),
        { name: 'stacks', hostPath: { path: `${options.cacheFolder}/.stacks`, type: 'DirectoryOrCreate' } },
        ...commonVolumes(options),
      ],
    },
  }
}
