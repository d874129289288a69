import { dnsLabelProblems, portNameProblems } from '@sampan/kit/names'
import {
  between,
  named,
  needed,
  oneOf,
  optionalName,
  optionalOneOf,
  type Problems,
  portNumber,
  relativePath,
} from '../check.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../problem.ts'
import { resourceProblems } from './container-resources-validation.ts'
import { envProblems } from './env-validation.ts'
import type { Pod } from './pod.ts'
import { isSidecar } from './pod-state.ts'
import { healthProblems } from './probe-validation.ts'

type Spec = Pod['spec']
type Container = Spec['containers'][number]
type Mount = NonNullable<Container['volumeMounts']>[number]

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const messagePolicies = ['FallbackToLogsOnError', 'File']
const protocols = ['SCTP', 'TCP', 'UDP']
const propagations = ['Bidirectional', 'HostToContainer', 'None']

/** Containers and init containers of a pod; their names are one namespace. */
export function* containersProblems(at: string, spec: Spec): Problems {
  const seen = new Set<string>()
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]))
  if (!spec.containers?.length) yield required(`${at}.containers`)
  for (const list of ['containers', 'initContainers'] as const)
    for (const [index, container] of (spec[list] ?? []).entries()) {
      const here = `${at}.${list}[${index}]`
      if (container.name && seen.has(container.name)) yield duplicate(`${here}.name`, container.name)
      seen.add(container.name)
      yield* containerProblems(here, container, volumes, spec)
      if (list === 'initContainers') yield* initProblems(here, container)
    }
  yield* hostPortConflicts(at, spec)
}

function* containerProblems(
  at: string,
  container: Container,
  volumes: ReadonlyMap<string, NonNullable<Spec['volumes']>[number]>,
  spec: Spec,
): Problems {
  yield* named(`${at}.name`, container.name, dnsLabelProblems)
  if (!container.image) yield required(`${at}.image`)
  else if (container.image.trim() !== container.image)
    yield invalidValue(`${at}.image`, container.image, 'must not have leading or trailing whitespace')
  yield* oneOf(`${at}.imagePullPolicy`, container.imagePullPolicy, pullPolicies)
  yield* oneOf(`${at}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies)
  yield* portsProblems(`${at}.ports`, container, spec)
  yield* envProblems(at, container, volumes)
  yield* mountsProblems(`${at}.volumeMounts`, container.volumeMounts, volumes)
  for (const [index, { name, devicePath }] of (container.volumeDevices ?? []).entries()) {
    yield* needed(`${at}.volumeDevices[${index}].name`, name)
    yield* needed(`${at}.volumeDevices[${index}].devicePath`, devicePath)
  }
  yield* healthProblems(at, container)
  yield* resourceProblems(`${at}.resources`, container.resources)
  const security = container.securityContext
  if (security?.allowPrivilegeEscalation === false) {
    if (security.privileged)
      yield invalidValue(
        `${at}.securityContext`,
        security,
        'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      )
    if (security.capabilities?.add?.includes('CAP_SYS_ADMIN') || security.capabilities?.add?.includes('SYS_ADMIN'))
      yield invalidValue(
        `${at}.securityContext`,
        security,
        'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
      )
  }
  yield* between(`${at}.securityContext.runAsUser`, security?.runAsUser, 0, 2 ** 31 - 1)
  yield* between(`${at}.securityContext.runAsGroup`, security?.runAsGroup, 0, 2 ** 31 - 1)
}

function* initProblems(at: string, container: Container): Problems {
  if (isSidecar(container)) return
  if (container.restartPolicy !== undefined && !['Never', 'OnFailure'].includes(container.restartPolicy))
    yield* optionalOneOf(`${at}.restartPolicy`, container.restartPolicy, ['Always'])
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    if (container[field])
      yield forbiddenField(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always')
}

function* portsProblems(at: string, { ports }: Container, { hostNetwork }: Spec): Problems {
  const seen = new Set<string>()
  for (const [index, port] of (ports ?? []).entries()) {
    const here = `${at}[${index}]`
    yield* optionalName(`${here}.name`, port.name, portNameProblems)
    if (port.name) {
      if (seen.has(port.name)) yield duplicate(`${here}.name`, port.name)
      seen.add(port.name)
    }
    yield* port.containerPort
      ? portNumber(`${here}.containerPort`, port.containerPort)
      : needed(`${here}.containerPort`, '')
    if (port.hostPort) yield* between(`${here}.hostPort`, port.hostPort, 1, 65535)
    if (hostNetwork && port.hostPort && port.hostPort !== port.containerPort)
      yield invalidValue(
        `${here}.containerPort`,
        port.containerPort,
        'must match `hostPort` when `hostNetwork` is true',
      )
    yield* oneOf(`${here}.protocol`, port.protocol, protocols)
  }
}

function* hostPortConflicts(at: string, { containers }: Spec): Problems {
  const seen = new Set<string>()
  for (const [index, { ports }] of (containers ?? []).entries())
    for (const [place, { hostPort, hostIP = '', protocol }] of (ports ?? []).entries()) {
      if (!hostPort) continue
      const key = `${protocol}/${hostIP}/${hostPort}`
      if (seen.has(key)) yield duplicate(`${at}.containers[${index}].ports[${place}].hostPort`, key)
      seen.add(key)
    }
}

function* mountsProblems(at: string, mounts: Mount[] | undefined, volumes: ReadonlyMap<string, unknown>): Problems {
  const seen = new Set<string>()
  for (const [index, mount] of (mounts ?? []).entries()) {
    const here = `${at}[${index}]`
    if (!mount.name) yield required(`${here}.name`)
    else if (!volumes.has(mount.name))
      yield { reason: 'FieldValueNotFound', field: `${here}.name`, message: `Not found: ${JSON.stringify(mount.name)}` }
    if (!mount.mountPath) yield required(`${here}.mountPath`)
    if (seen.has(mount.mountPath)) yield invalidValue(`${here}.mountPath`, mount.mountPath, 'must be unique')
    seen.add(mount.mountPath)
    if (mount.subPath) yield* relativePath(`${here}.subPath`, mount.subPath)
    if (mount.subPathExpr) {
      if (mount.subPath)
        yield invalidValue(`${here}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')
      yield* relativePath(`${here}.subPathExpr`, mount.subPathExpr)
    }
    yield* optionalOneOf(`${here}.mountPropagation`, mount.mountPropagation, propagations)
  }
}
