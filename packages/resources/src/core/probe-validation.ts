import { headerNameProblems } from '@sampan/kit/names'
import { needed, notNegative, oneOf, type Problems, portNumber, portNumberOrName } from '../check.ts'
import { forbiddenField, invalidValue, required } from '../problem.ts'
import type { Pod } from './pod.ts'

type Container = Pod['spec']['containers'][number]
type Probe = NonNullable<Container['livenessProbe']>
type Lifecycle = NonNullable<Container['lifecycle']>
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & { sleep?: { seconds: number } }

/** What is wrong with the probes and hooks of a container. */
export function* healthProblems(at: string, container: Container): Problems {
  yield* probeProblems(`${at}.livenessProbe`, container.livenessProbe)
  yield* mustSucceedOnce(`${at}.livenessProbe`, container.livenessProbe)
  yield* probeProblems(`${at}.readinessProbe`, container.readinessProbe)
  if (container.readinessProbe?.terminationGracePeriodSeconds !== undefined)
    yield invalidValue(
      `${at}.readinessProbe.terminationGracePeriodSeconds`,
      container.readinessProbe.terminationGracePeriodSeconds,
      'must not be set for readinessProbes',
    )
  yield* probeProblems(`${at}.startupProbe`, container.startupProbe)
  yield* mustSucceedOnce(`${at}.startupProbe`, container.startupProbe)
  yield* lifecycleProblems(`${at}.lifecycle`, container.lifecycle)
}

function* mustSucceedOnce(at: string, probe: Probe | undefined): Problems {
  if (probe && (probe.successThreshold ?? 1) !== 1)
    yield invalidValue(`${at}.successThreshold`, probe.successThreshold, 'must be 1')
}

function* probeProblems(at: string, probe: Probe | undefined): Problems {
  if (!probe) return
  yield* handlerProblems(at, probe)
  for (const field of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const)
    yield* notNegative(`${at}.${field}`, probe[field])
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && grace <= 0)
    yield invalidValue(`${at}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')
}

function* lifecycleProblems(at: string, lifecycle: Lifecycle | undefined): Problems {
  if (lifecycle?.postStart) yield* handlerProblems(`${at}.postStart`, lifecycle.postStart)
  if (lifecycle?.preStop) yield* handlerProblems(`${at}.preStop`, lifecycle.preStop)
}

function* handlerProblems(at: string, handler: Handler): Problems {
  const kinds = (['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const).filter((kind) => handler[kind])
  if (kinds.length === 0) yield required(at, 'must specify a handler type')
  for (const kind of kinds.slice(1)) yield forbiddenField(`${at}.${kind}`, 'may not specify more than 1 handler type')
  const { exec, httpGet, tcpSocket, grpc } = handler
  if (exec && !exec.command?.length) yield required(`${at}.exec.command`)
  if (httpGet) {
    yield* needed(`${at}.httpGet.path`, httpGet.path)
    yield* portNumberOrName(`${at}.httpGet.port`, httpGet.port)
    yield* oneOf(`${at}.httpGet.scheme`, httpGet.scheme, ['HTTP', 'HTTPS'])
    for (const [index, header] of (httpGet.httpHeaders ?? []).entries())
      for (const why of headerNameProblems(header.name ?? ''))
        yield invalidValue(`${at}.httpGet.httpHeaders[${index}].name`, header.name, why)
  }
  if (tcpSocket) yield* portNumberOrName(`${at}.tcpSocket.port`, tcpSocket.port)
  if (grpc) yield* portNumber(`${at}.grpc.port`, grpc.port)
}
