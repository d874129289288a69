import { unitsOf } from '@sampan/kit/quantity'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import { appLabel, projectLabel } from '../labels.ts'
import { type BuildEnvironment, caPath, isProxyVariable } from './build-environment.ts'
import { buildStep, cloneStep, pipelineLabel, podNameOf, stackLabel, stackPodName, stackStep } from './names.ts'
import type { Limits } from './settings.ts'
import type { StackImage } from './stack-images.ts'

/** What is the same for all build pods of an instance. */
export interface PodOptions {
  /** Name of the builder image on the node. */
  builderImage: string
  /** `registry.sampan-system.svc:5000` */
  registryHost: string
  /** Folder on the node with one cache per app. */
  cacheFolder: string
  environment: BuildEnvironment
}

/** Priority of builds, below everything that serves. */
export const buildPriority = 'sampan-build'
/** ConfigMap with the files of builder-files.ts. */
export const builderConfigName = 'builder'

export const paths = {
  ticket: '/run/sampan-ticket',
  auth: '/run/sampan-auth',
  config: '/etc/sampan-build',
  stacks: '/var/lib/sampan-stacks',
}
const stackCache = '.stacks'

export const env = (values: Record<string, string | undefined>) =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))

/** The pod of the default pipeline: fetches the commit, builds it, pushes the image. */
export function runPod(
  pipeline: Pipeline,
  source: {
    repositoryURL: string
    context: string
    /** Path in the repository, or the text itself. */
    dockerfile: { path: string } | { text: string }
    limits: Limits
    /** Ask for newer bases instead of taking what the cache has. */
    pull?: boolean
  },
  options: PodOptions,
) {
  const name = podNameOf(pipeline)
  const { namespace: project = '' } = pipeline.metadata
  const { app, commit, number } = pipeline.spec
  const workspace = { name: 'workspace', mountPath: '/workspace' }
  const secret = (volume: string, ...keys: string[]) => ({
    name: volume,
    secret: { secretName: name, defaultMode: 0o400, items: keys.map((key) => ({ key, path: key })) },
  })
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: buildNamespace,
      labels: { [projectLabel]: project, [appLabel]: app, [pipelineLabel]: pipeline.metadata.name },
      annotations: annotationsOf(source.limits),
    },
    spec: {
      ...podBase(source.limits.timeoutSeconds),
      initContainers: [
        {
          name: cloneStep,
          image: options.builderImage,
          imagePullPolicy: 'IfNotPresent',
          command: ['sampan-clone'],
          env: env({
            SAMPAN_REPOSITORY: source.repositoryURL,
            SAMPAN_COMMIT: commit.sha,
            SAMPAN_REF: commit.ref,
            ...surroundings(options),
          }),
          resources: resourcesOf(source.limits),
          volumeMounts: [workspace, { name: 'ticket', mountPath: paths.ticket, readOnly: true }, ...caMount(options)],
        },
      ],
      containers: [
        buildContainer(
          buildStep,
          {
            SAMPAN_IMAGE: `${options.registryHost}/${project}/${app}`,
            SAMPAN_TAG: String(number),
            ...(source.pull && { SAMPAN_PULL: 'true' }),
            SAMPAN_CONTEXT: `/workspace/${source.context}`.replace(/\/$/, ''),
            ...('path' in source.dockerfile
              ? { SAMPAN_DOCKERFILE: `/workspace/${source.dockerfile.path}` }
              : { SAMPAN_DOCKERFILE_TEXT: source.dockerfile.text }),
          },
          source.limits,
          [workspace, { name: 'stacks', mountPath: paths.stacks, readOnly: true }],
          options,
        ),
      ],
      volumes: [
        { name: 'workspace', emptyDir: {} },
        secret('ticket', 'username', 'password'),
        secret('auth', 'config.json'),
        cacheVolume(options, `${project}/${app}`),
        stacksVolume(options),
        ...commonVolumes(options),
      ],
    },
  }
}

/** The Secret of that pod: what signs in to git and to the registry. */
export const runSecret = (pipeline: Pipeline, values: { username: string; password: string; configJson: string }) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: {
    name: podNameOf(pipeline),
    namespace: buildNamespace,
    labels: { [projectLabel]: pipeline.metadata.namespace ?? '', [pipelineLabel]: pipeline.metadata.name },
  },
  data: base64({ username: values.username, password: values.password, 'config.json': values.configJson }),
})

/** The pod that makes a stack's image and pushes it; the code of no tenant runs in it. */
export function stackPod(image: StackImage, limits: Limits, options: PodOptions) {
  const name = stackPodName(image.name, image.tag)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: buildNamespace,
      labels: { [stackLabel]: image.name },
      annotations: annotationsOf(limits),
    },
    spec: {
      ...podBase(limits.timeoutSeconds),
      containers: [
        buildContainer(
          stackStep(image.name),
          {
            SAMPAN_IMAGE: `${options.registryHost}/${image.repository}`,
            SAMPAN_TAG: image.tag,
            SAMPAN_COPY: '/stack',
          },
          limits,
          [
            { name: 'workspace', mountPath: '/workspace' },
            { name: 'stack', mountPath: '/stack', readOnly: true },
          ],
          options,
        ),
      ],
      volumes: [
        { name: 'workspace', emptyDir: {} },
        { name: 'stack', configMap: { name } },
        { name: 'auth', secret: { secretName: name, defaultMode: 0o400 } },
        cacheVolume(options, stackCache),
        ...commonVolumes(options),
      ],
    },
  }
}

export const stackConfigMap = (image: StackImage) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: stackPodName(image.name, image.tag),
    namespace: buildNamespace,
    labels: { [stackLabel]: image.name },
  },
  data: image.files,
})

export const stackSecret = (image: StackImage, configJson: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: {
    name: stackPodName(image.name, image.tag),
    namespace: buildNamespace,
    labels: { [stackLabel]: image.name },
  },
  data: base64({ 'config.json': configJson }),
})

export const base64 = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))

export const annotationsOf = ({ pids }: Pick<Limits, 'pids'>) => ({ 'sampan.dev/pids-limit': String(pids) })

export const podBase = (timeoutSeconds: number) => ({
  restartPolicy: 'Never',
  activeDeadlineSeconds: timeoutSeconds,
  terminationGracePeriodSeconds: 2,
  priorityClassName: buildPriority,
  automountServiceAccountToken: false,
  enableServiceLinks: false,
})

export const resourcesOf = ({ cpu, memory, disk }: Pick<Limits, 'cpu' | 'memory' | 'disk'>) => ({
  // Few shares of the processors, so that what serves comes first; but not next to none: a step that is preempted while
  // it holds a lock of the kernel keeps everybody waiting who wants it.
  requests: { cpu: '10m', memory: '64Mi', 'ephemeral-storage': '0' },
  limits: { cpu, memory, 'ephemeral-storage': disk },
})

/** Variables that git, buildah and RUN itself need to reach the outside as the host does. */
export const surroundings = ({ environment }: PodOptions) => environment.variables

export const caMount = ({ environment }: PodOptions) =>
  environment.caBundle ? [{ name: 'ca', mountPath: caPath, readOnly: true }] : []

export function buildContainer(
  name: string,
  values: Record<string, string>,
  limits: Limits,
  mounts: object[],
  options: PodOptions,
) {
  const names = Object.keys(options.environment.variables).filter((one) => !isProxyVariable(one))
  return {
    name,
    image: options.builderImage,
    imagePullPolicy: 'IfNotPresent',
    command: ['sampan-build'],
    env: env({
      ...values,
      SAMPAN_LIMIT: String(unitsOf(limits.disk)),
      SAMPAN_POLICY: `${paths.config}/policy.json`,
      SAMPAN_STACKS: paths.stacks,
      SAMPAN_ARGUMENTS: names.length > 0 ? names.join(' ') : undefined,
      REGISTRY_AUTH_FILE: `${paths.auth}/config.json`,
      CONTAINERS_REGISTRIES_CONF: `${paths.config}/registries.conf`,
      ...surroundings(options),
    }),
    // buildah mounts file systems and changes roots; RUN itself gets the small set of a container.
    securityContext: { privileged: true },
    resources: resourcesOf(limits),
    volumeMounts: [
      ...mounts,
      { name: 'cache', mountPath: '/var/lib/containers' },
      { name: 'auth', mountPath: paths.auth, readOnly: true },
      { name: 'config', mountPath: paths.config, readOnly: true },
      ...caMount(options),
    ],
  }
}

export const cacheVolume = ({ cacheFolder }: PodOptions, below: string) => ({
  name: 'cache',
  hostPath: { path: `${cacheFolder}/${below}`, type: 'DirectoryOrCreate' },
})

export const stacksVolume = ({ cacheFolder }: PodOptions) => ({
  name: 'stacks',
  hostPath: { path: `${cacheFolder}/${stackCache}`, type: 'DirectoryOrCreate' },
})

export const commonVolumes = ({ environment }: PodOptions) => [
  { name: 'config', configMap: { name: builderConfigName } },
  ...(environment.caBundle ? [{ name: 'ca', hostPath: { path: environment.caBundle, type: 'File' } }] : []),
]
