import { headerNameProblems } from '@sampan/kit/names'
import { needed, notNegative, oneOf, type Problems, portNumber, portNumberOrName } from '../check.ts'
import { forbiddenField, invalidValue, required } from '../problem.ts'
import type { Pod } from './pod.ts'

type Spec = Pod['spec']
type Container = Spec['containers'][number]
type Probe = NonNullable<Container['livenessProbe']>
type Lifecycle = NonNullable<Container['lifecycle']>
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & { sleep?: { seconds: number } }

/** What is wrong with the probes and hooks of a container. */
export function* healthProblems(at: string, container: Container, spec: Spec): Problems {
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
  yield* lifecycleProblems(`${at}.lifecycle`, container.lifecycle, spec)
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

function* lifecycleProblems(at: string, lifecycle: Lifecycle | undefined, spec: Spec): Problems {
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook]
    if (!handler) continue
    yield* handlerProblems(`${at}.${hook}`, handler)
    const grace = spec.terminationGracePeriodSeconds
    const seconds = handler.sleep?.seconds
    if (seconds !== undefined && grace !== undefined && (seconds < 0 || seconds > grace))
      yield invalidValue(
        `${at}.${hook}.sleep`,
        seconds,
        `must be non-negative and less than terminationGracePeriodSeconds (${grace})`,
      )
  }
  const signal = lifecycle?.stopSignal
  if (signal === undefined) return
  if (!spec.os?.name)
    yield forbiddenField(`${at}.stopSignal`, 'may not be set for containers with empty `spec.os.name`')
  else yield* oneOf(`${at}.stopSignal`, signal, spec.os.name === 'windows' ? windowsSignals : signals)
}

const windowsSignals = ['SIGKILL', 'SIGTERM']
const realTime = Array.from({ length: 15 }, (_, i) => i + 1)
const signals = [
  ...'ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT'.split(' '),
  'RTMAX',
  ...realTime.slice(0, 14).map((n) => `RTMAX-${n}`),
  'RTMIN',
  ...realTime.map((n) => `RTMIN+${n}`),
  ...'SEGV STKFLT STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ'.split(' '),
]
  .map((name) => `SIG${name}`)
  .sort()

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
    for (const { name = '' } of httpGet.httpHeaders ?? [])
      for (const why of headerNameProblems(name)) yield invalidValue(`${at}.httpGet.httpHeaders`, name, why)
  }
  if (tcpSocket) yield* portNumberOrName(`${at}.tcpSocket.port`, tcpSocket.port)
  if (grpc) yield* portNumber(`${at}.grpc.port`, grpc.port)
}
