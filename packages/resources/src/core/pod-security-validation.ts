import { between, largestInt32, oneOf, optionalOneOf, type Problems, relativePath } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, notSupported, required, tooLong } from '../problem.ts'
import type { Pod } from './pod.ts'

type Spec = Pod['spec']
type PodSecurity = NonNullable<Spec['securityContext']>
type Security = NonNullable<Spec['containers'][number]['securityContext']>

/** The security context of a pod, and what does not go with sharing the host's namespaces or with its operating system. */
export function* podSecurityProblems(at: string, spec: Spec): Problems {
  const here = `${at}.securityContext`
  if (spec.hostPID && spec.shareProcessNamespace)
    yield invalidValue(
      `${here}.shareProcessNamespace`,
      true,
      'ShareProcessNamespace and HostPID cannot both be enabled',
    )
  const { securityContext } = spec
  if (securityContext) {
    for (const field of ['fsGroup', 'runAsUser', 'runAsGroup'] as const)
      yield* between(`${here}.${field}`, securityContext[field], 0, largestInt32)
    for (const [index, group] of (securityContext.supplementalGroups ?? []).entries())
      yield* between(`${here}.supplementalGroups[${index}]`, group, 0, largestInt32)
    yield* sysctlsProblems(`${here}.sysctls`, spec)
    yield* optionalOneOf(`${here}.fsGroupChangePolicy`, securityContext.fsGroupChangePolicy, [
      'Always',
      'OnRootMismatch',
    ])
    yield* profileProblems(here, securityContext)
    yield* optionalOneOf(`${here}.supplementalGroupsPolicy`, securityContext.supplementalGroupsPolicy, [
      'Merge',
      'Strict',
    ])
    yield* optionalOneOf(`${here}.seLinuxChangePolicy`, securityContext.seLinuxChangePolicy, [
      'MountOption',
      'Recursive',
    ])
  }
  if (spec.hostUsers === false)
    for (const [field, shown] of [
      ['hostNetwork', 'hostNetwork'],
      ['hostPID', 'HostPID'],
      ['hostIPC', 'HostIPC'],
    ] as const)
      if (spec[field]) yield forbiddenField(`${at}.${shown}`, 'when `pod.Spec.HostUsers` is false')
  yield* systemProblems(at, spec)
}

/** Of one container. `ownsUsers`: the pod has a user namespace of its own. */
export function* securityProblems(at: string, security: Security | undefined, ownsUsers: boolean): Problems {
  if (!security) return
  yield* between(`${at}.runAsUser`, security.runAsUser, 0, largestInt32)
  yield* between(`${at}.runAsGroup`, security.runAsGroup, 0, largestInt32)
  if (security.procMount !== undefined) {
    yield* oneOf(`${at}.procMount`, security.procMount, ['Default', 'Unmasked'])
    if (security.procMount === 'Unmasked' && !ownsUsers)
      yield invalidValue(`${at}.procMount`, security.procMount, '`hostUsers` must be false to use `Unmasked`')
  }
  yield* profileProblems(at, security)
  if (security.allowPrivilegeEscalation !== false) return
  if (security.privileged)
    yield invalidValue(at, security, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
  if (security.capabilities?.add?.includes('CAP_SYS_ADMIN'))
    yield invalidValue(
      at,
      security,
      'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
    )
}

const profiles = ['Localhost', 'RuntimeDefault', 'Unconfined']
const longestPath = 4095

function* profileProblems(at: string, { seccompProfile, appArmorProfile }: PodSecurity | Security): Problems {
  if (seccompProfile) {
    const { type, localhostProfile } = seccompProfile
    const here = `${at}.seccompProfile`
    if (!type) yield required(`${here}.type`, 'type is required when seccompProfile is set')
    else yield* oneOf(`${here}.type`, type, profiles)
    if (type !== 'Localhost') {
      if (localhostProfile !== undefined)
        yield invalidValue(`${here}.localhostProfile`, seccompProfile, 'can only be set when seccomp type is Localhost')
    } else if (localhostProfile === undefined)
      yield required(`${here}.localhostProfile`, 'must be set when seccomp type is Localhost')
    else yield* relativePath(`${here}.localhostProfile`, localhostProfile)
  }
  if (!appArmorProfile) return
  const { type, localhostProfile } = appArmorProfile
  const here = `${at}.appArmorProfile`
  if (!type) yield required(`${here}.type`, 'type is required when appArmorProfile is set')
  else yield* oneOf(`${here}.type`, type, profiles)
  if (type === 'Localhost') {
    if (!localhostProfile?.trim())
      yield required(`${here}.localhostProfile`, 'must be set when AppArmor type is Localhost')
    else if (localhostProfile.trim() !== localhostProfile)
      yield invalidValue(`${here}.localhostProfile`, localhostProfile, 'must not be padded with whitespace')
    if ((localhostProfile?.length ?? 0) > longestPath) yield tooLong(`${here}.localhostProfile`, longestPath)
  } else if (localhostProfile !== undefined)
    yield invalidValue(`${here}.localhostProfile`, localhostProfile, 'can only be set when AppArmor type is Localhost')
}

const sysctlName = /^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/

/** Which of them a node allows is its own matter; those of a namespace that is the host's are nobody's in a pod. */
function* sysctlsProblems(at: string, { securityContext, hostNetwork, hostIPC }: Spec): Problems {
  const names = new Set<string>()
  for (const [index, { name = '' }] of (securityContext?.sysctls ?? []).entries()) {
    const here = `${at}[${index}].name`
    if (name === '') yield required(here)
    else if (name.length > 253 || !sysctlName.test(name))
      yield invalidValue(here, name, `must have at most 253 characters and match regex ${sysctlName.source}`)
    else if (names.has(name)) yield duplicate(here, name)
    const dotted = name.replaceAll('/', '.')
    if (hostNetwork && dotted.startsWith('net.'))
      yield invalidValue(here, name, "may not be specified when 'hostNetwork' is true")
    else if (hostIPC && /^(kernel\.(shm|msg)|kernel\.sem$|fs\.mqueue\.)/.test(dotted))
      yield invalidValue(here, name, "may not be specified when 'hostIPC' is true")
    names.add(name)
  }
}

const notOnWindows = {
  spec: ['hostUsers', 'shareProcessNamespace'],
  pod: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'fsGroup',
    'fsGroupChangePolicy',
    'sysctls',
    'runAsUser',
    'runAsGroup',
    'supplementalGroups',
    'supplementalGroupsPolicy',
    'seLinuxChangePolicy',
  ],
  container: [
    'appArmorProfile',
    'seLinuxOptions',
    'seccompProfile',
    'capabilities',
    'readOnlyRootFilesystem',
    'privileged',
    'allowPrivilegeEscalation',
    'procMount',
    'runAsUser',
    'runAsGroup',
  ],
}

/** What one operating system has is refused for a pod that says it is of the other. */
function* systemProblems(at: string, spec: Spec): Problems {
  if (!spec.os) return
  const { name } = spec.os
  if (!name) yield required(`${at}.os.name`)
  else if (name !== 'linux' && name !== 'windows') yield notSupported(`${at}.os.name`, name, ['linux', 'windows'])
  const places: [string, object | undefined][] = (['containers', 'initContainers'] as const).flatMap((list) =>
    (spec[list] ?? []).map((one, index): [string, object | undefined] => [
      `${at}.${list}[${index}].securityContext`,
      one.securityContext,
    ]),
  )
  const own = `${at}.securityContext`
  if (name === 'linux') {
    for (const [here, context] of [[own, spec.securityContext] as const, ...places])
      if (context && 'windowsOptions' in context)
        yield forbiddenField(`${here}.windowsOptions`, 'windows options cannot be set for a linux pod')
  } else if (name === 'windows') {
    const why = 'cannot be set for a windows pod'
    for (const field of ['hostPID', 'hostIPC'] as const) if (spec[field]) yield forbiddenField(`${at}.${field}`, why)
    for (const field of notOnWindows.spec) if (field in spec) yield forbiddenField(`${at}.${field}`, why)
    for (const field of notOnWindows.pod)
      if (spec.securityContext && field in spec.securityContext) yield forbiddenField(`${own}.${field}`, why)
    for (const [here, context] of places)
      for (const field of notOnWindows.container)
        if (context && field in context) yield forbiddenField(`${here}.${field}`, why)
  }
}
