import { dnsLabelProblems, portNameProblems } from '@sampan/kit/names'
import { between, named, needed, oneOf, optionalName, optionalOneOf, type Problems, portNumber } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../problem.ts'
import { resourceProblems } from './container-resources-validation.ts'
import { envProblems } from './env-validation.ts'
import { mountProblems, type Volumes } from './mount-validation.ts'
import type { Pod } from './pod.ts'
import { securityProblems } from './pod-security-validation.ts'
import { isSidecar } from './pod-state.ts'
import { healthProblems } from './probe-validation.ts'
import { restartProblems } from './restart-validation.ts'

type Spec = Pod['spec']
type Container = Spec['containers'][number]
type Ephemeral = NonNullable<Spec['ephemeralContainers']>[number]

const pullPolicies = ['Always', 'IfNotPresent', 'Never']
const messagePolicies = ['File', 'FallbackToLogsOnError']
const protocols = ['SCTP', 'TCP', 'UDP']

/** Containers of a pod, of every sort; their names are one namespace. */
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
      if (list === 'containers' || isSidecar(container)) yield* healthProblems(here, container, spec)
    }
  yield* ephemeralProblems(`${at}.ephemeralContainers`, spec, seen, volumes)
  yield* hostPortConflicts(at, spec)
}

const ephemeralFields = new Set([
  'name',
  'image',
  'command',
  'args',
  'workingDir',
  'envFrom',
  'env',
  'resizePolicy',
  'volumeMounts',
  'volumeDevices',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'securityContext',
  'stdin',
  'stdinOnce',
  'tty',
  'targetContainerName',
])

/** What joins a pod for a look around: nothing the pod could come to rely on. */
function* ephemeralProblems(at: string, spec: Spec, others: ReadonlySet<string>, volumes: Volumes): Problems {
  const seen = new Set(others)
  const why = 'cannot be set for an Ephemeral Container'
  for (const [index, one] of (spec.ephemeralContainers ?? []).entries()) {
    const here = `${at}[${index}]`
    yield* containerProblems(here, one as Container, volumes, spec)
    if (one.name && seen.has(one.name)) yield duplicate(`${here}.name`, one.name)
    seen.add(one.name)
    if (one.targetContainerName && !others.has(one.targetContainerName))
      yield {
        reason: 'FieldValueNotFound',
        field: `${here}.targetContainerName`,
        message: `Not found: ${JSON.stringify(one.targetContainerName)}`,
      }
    for (const field of Object.keys(one) as (keyof Ephemeral)[])
      if (!ephemeralFields.has(field) && isSet(one[field])) yield forbiddenField(`${here}.${field}`, why)
    for (const [place, { subPath, subPathExpr }] of (one.volumeMounts ?? []).entries()) {
      if (subPath) yield forbiddenField(`${here}.volumeMounts[${place}].subPath`, why)
      if (subPathExpr) yield forbiddenField(`${here}.volumeMounts[${place}].subPathExpr`, why)
    }
  }
}

const isSet = (value: unknown) => (typeof value === 'object' && value ? Object.keys(value).length > 0 : Boolean(value))

function* containerProblems(at: string, container: Container, volumes: Volumes, spec: Spec): Problems {
  yield* named(`${at}.name`, container.name, dnsLabelProblems)
  if (!container.image) yield required(`${at}.image`)
  else if (container.image.trim() !== container.image)
    yield invalidValue(`${at}.image`, container.image, 'must not have leading or trailing whitespace')
  yield* oneOf(`${at}.imagePullPolicy`, container.imagePullPolicy, pullPolicies)
  yield* oneOf(`${at}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies)
  yield* restartProblems(at, container)
  yield* portsProblems(`${at}.ports`, container, spec)
  yield* envProblems(at, container, volumes)
  yield* mountProblems(at, container, volumes)
  yield* resourceProblems(`${at}.resources`, container.resources, spec)
  yield* resizeProblems(`${at}.resizePolicy`, container, spec)
  yield* optionalOneOf(`${at}.restartPolicy`, container.restartPolicy, ['Always', 'Never', 'OnFailure'])
  yield* securityProblems(`${at}.securityContext`, container.securityContext, spec.hostUsers === false)
}

/** Named without an index, as upstream does. */
function* resizeProblems(at: string, { resizePolicy }: Container, { restartPolicy: pod }: Spec): Problems {
  const seen = new Set<string>()
  for (const [index, { resourceName, restartPolicy }] of (resizePolicy ?? []).entries()) {
    if (seen.has(resourceName)) yield duplicate(`${at}[${index}]`, resourceName)
    seen.add(resourceName)
    yield* oneOf(at, resourceName, ['cpu', 'memory'])
    yield* oneOf(at, restartPolicy, ['NotRequired', 'RestartContainer'])
    if (pod === 'Never' && restartPolicy !== 'NotRequired')
      yield invalidValue(at, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'")
  }
}

function* initProblems(at: string, container: Container): Problems {
  if (isSidecar(container)) return
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
      yield invalidValue(`${here}.hostPort`, port.hostPort, 'must match `containerPort` when `hostNetwork` is true')
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
