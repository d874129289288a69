import type { Pod } from '@sampan/resources/core/pod'
import { baselineCapabilities, safeSysctls } from '@sampan/resources/core/pod-security'

export type Level = 'privileged' | 'baseline' | 'restricted'

type Spec = Pod['spec']
type Container = Spec['containers'][number]

/** One control of the Pod Security Standards: why a pod breaks it, or nothing. */
interface Control {
  level: Exclude<Level, 'privileged'>
  broken(spec: Spec, pod: Pod): string | undefined
}

const containersOf = (spec: Spec): Container[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...((spec.ephemeralContainers ?? []) as unknown as Container[]),
]

const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name)).join(', ')

/** `containers "a", "b" must …`, for those that `isBad` picks. */
function ofContainers(spec: Spec, isBad: (one: Container) => boolean, must: string): string | undefined {
  const bad = containersOf(spec).filter(isBad)
  if (bad.length === 0) return undefined
  return `container${bad.length > 1 ? 's' : ''} ${quoted(bad.map(({ name }) => name))} ${must}`
}

const seLinuxTypes = new Set(['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'])

const restrictedVolumes = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
])

const isConfined = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost'

const controls: readonly Control[] = [
  {
    level: 'baseline',
    broken: (spec) => {
      const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field])
      return shared.length > 0 ? `host namespaces (${shared.map((one) => `${one}=true`).join(', ')})` : undefined
    },
  },
  {
    level: 'baseline',
    broken: (spec) =>
      wrap(
        'privileged',
        ofContainers(
          spec,
          (one) => one.securityContext?.privileged === true,
          'must not set securityContext.privileged=true',
        ),
      ),
  },
  {
    level: 'baseline',
    broken: (spec) =>
      wrap(
        'non-default capabilities',
        ofContainers(
          spec,
          (one) => one.securityContext?.capabilities?.add?.some((name) => !baselineCapabilities.has(name)) ?? false,
          'must not include other than the default capabilities in securityContext.capabilities.add',
        ),
      ),
  },
  {
    level: 'baseline',
    broken: (spec) => {
      const names = (spec.volumes ?? []).filter((one) => one.hostPath).map(({ name }) => name)
      return names.length > 0 ? `hostPath volumes (volume${names.length > 1 ? 's' : ''} ${quoted(names)})` : undefined
    },
  },
  {
    level: 'baseline',
    broken: (spec) =>
      wrap(
        'hostPort',
        ofContainers(spec, (one) => one.ports?.some(({ hostPort }) => hostPort) ?? false, 'must not use hostPorts'),
      ),
  },
  {
    level: 'baseline',
    broken: (spec) =>
      wrap(
        'procMount',
        ofContainers(
          spec,
          (one) => (one.securityContext?.procMount ?? 'Default') !== 'Default',
          'must not set securityContext.procMount',
        ),
      ),
  },
  {
    level: 'baseline',
    broken: (spec) => {
      const isBad = (options: { type?: string; user?: string; role?: string } | undefined) =>
        options !== undefined &&
        (!seLinuxTypes.has(options.type ?? '') || Boolean(options.user) || Boolean(options.role))
      if (isBad(spec.securityContext?.seLinuxOptions))
        return 'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions)'
      return wrap(
        'seLinuxOptions',
        ofContainers(
          spec,
          (one) => isBad(one.securityContext?.seLinuxOptions),
          'set forbidden securityContext.seLinuxOptions',
        ),
      )
    },
  },
  {
    level: 'baseline',
    broken: (spec) => {
      if (spec.securityContext?.seccompProfile?.type === 'Unconfined')
        return 'seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined")'
      return wrap(
        'seccompProfile',
        ofContainers(
          spec,
          (one) => one.securityContext?.seccompProfile?.type === 'Unconfined',
          'must not set securityContext.seccompProfile.type to "Unconfined"',
        ),
      )
    },
  },
  {
    level: 'baseline',
    broken: ({ securityContext }) => {
      const bad = (securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safeSysctls.has(name))
      return bad.length > 0 ? `forbidden sysctls (${bad.join(', ')})` : undefined
    },
  },
  {
    level: 'restricted',
    broken: (spec) =>
      wrap(
        'allowPrivilegeEscalation != false',
        ofContainers(
          spec,
          (one) => one.securityContext?.allowPrivilegeEscalation !== false,
          'must set securityContext.allowPrivilegeEscalation=false',
        ),
      ),
  },
  {
    level: 'restricted',
    broken: (spec) =>
      wrap(
        'unrestricted capabilities',
        ofContainers(
          spec,
          ({ securityContext }) =>
            !securityContext?.capabilities?.drop?.includes('ALL') ||
            (securityContext.capabilities.add?.some((name) => name !== 'NET_BIND_SERVICE') ?? false),
          'must set securityContext.capabilities.drop=["ALL"]',
        ),
      ),
  },
  {
    level: 'restricted',
    broken: (spec) => {
      const names = (spec.volumes ?? [])
        .filter((one) => Object.keys(one).some((key) => key !== 'name' && !restrictedVolumes.has(key)))
        .map(({ name }) => name)
      return names.length > 0
        ? `restricted volume types (volume${names.length > 1 ? 's' : ''} ${quoted(names)} use restricted volume types)`
        : undefined
    },
  },
  {
    level: 'restricted',
    broken: (spec) => {
      const pod = spec.securityContext?.runAsNonRoot
      return wrap(
        'runAsNonRoot != true',
        pod === false && containersOf(spec).length === 0
          ? 'pod must set securityContext.runAsNonRoot=true'
          : ofContainers(
              spec,
              (one) => (one.securityContext?.runAsNonRoot ?? pod) !== true,
              'must set securityContext.runAsNonRoot=true',
            ),
      )
    },
  },
  {
    level: 'restricted',
    broken: (spec) =>
      spec.securityContext?.runAsUser === 0
        ? 'runAsUser=0 (pod must not set runAsUser=0)'
        : wrap(
            'runAsUser=0',
            ofContainers(spec, (one) => one.securityContext?.runAsUser === 0, 'must not set runAsUser=0'),
          ),
  },
  {
    level: 'restricted',
    broken: (spec) => {
      const pod = spec.securityContext?.seccompProfile?.type
      return wrap(
        'seccompProfile',
        ofContainers(
          spec,
          (one) => !isConfined(one.securityContext?.seccompProfile?.type ?? pod),
          'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"',
        ),
      )
    },
  },
]

const wrap = (name: string, why: string | undefined) => why && `${name} (${why})`

/** Everything about a pod that a level forbids, one sentence each. */
export const violations = (pod: Pod, level: Level): string[] =>
  level === 'privileged'
    ? []
    : controls
        .filter((control) => control.level === 'baseline' || level === 'restricted')
        .flatMap((control) => control.broken(pod.spec, pod) ?? [])
