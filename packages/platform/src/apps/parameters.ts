import { findQuantity } from '@sampan/kit/quantity'
import type { AppParameters } from '@sampan/resources/sampan/app'

/** Where the container is expected to listen: what was stated, else what the image exposes, else 8080. */
export function portOf(parameters: AppParameters, exposedPort?: number): number {
  if (parameters.port) return parameters.port
  const stated = Number(parameters.env.PORT)
  if (Number.isInteger(stated) && stated > 0 && stated < 65536) return stated
  return exposedPort ?? 8080
}

/** 4 MiB, in nano-units. */
const leastMemory = 4n * 2n ** 20n * 1_000_000_000n

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$/

const objectName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** What a user has to change, one sentence each; the schema has already checked types and ranges. */
export function parameterProblems(parameters: AppParameters): string[] {
  const { cpu, memory, env, secrets = [], configs = [], route, check } = parameters
  const cores = findQuantity(cpu)?.nanos
  const bytes = findQuantity(memory)?.nanos
  return [
    (cores === undefined || cores <= 0n) && `cpu is "${cpu}": write cores as 1 or thousandths as 500m.`,
    (bytes === undefined || bytes <= 0n) && `memory is "${memory}": write bytes with a unit, as 256Mi or 1Gi.`,
    bytes !== undefined &&
      bytes > 0n &&
      bytes < leastMemory &&
      `memory is "${memory}": no program fits into that; did you mean ${Number.parseInt(memory, 10)}Mi?`,
    ...Object.keys(env).map(
      (name) =>
        !/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name) &&
        `"${name}" cannot be the name of an environment variable: use letters, digits and _, not starting with a digit.`,
    ),
    ...[...secrets, ...configs].map(
      (name) =>
        !objectName.test(name) &&
        `"${name}" is not the name of a Secret or ConfigMap: use lower-case letters, digits, dashes and dots.`,
    ),
    ...(route?.hosts ?? []).map(
      (host) =>
        !hostName.test(host) && `"${host}" is not a host name: use lower-case letters, digits, dashes and dots.`,
    ),
    route?.path !== undefined && !route.path.startsWith('/') && `route path "${route.path}" must start with /.`,
    check !== undefined && !check.path.startsWith('/') && `check path "${check.path}" must start with /.`,
    check?.status !== undefined &&
      !/^[1-5](xx|\d\d)$/.test(check.status) &&
      `check status "${check.status}": write a code as 200 or a class as 2xx.`,
  ].filter((problem) => typeof problem === 'string')
}

/** Changes of parameters in words, as `scaled to 3, env LOG_LEVEL set`; undefined when nothing differs. */
export function changeInWords(before: AppParameters, after: AppParameters): string | undefined {
  const words: string[] = []
  if (before.replicas !== after.replicas) words.push(`scaled to ${after.replicas}`)
  for (const key of ['cpu', 'memory', 'port'] as const) {
    if (before[key] !== after[key]) words.push(`${key} ${after[key] ?? 'as the image says'}`)
  }
  for (const name of new Set([...Object.keys(before.env), ...Object.keys(after.env)])) {
    if (before.env[name] !== after.env[name]) words.push(`env ${name} ${name in after.env ? 'set' : 'removed'}`)
  }
  for (const key of ['secrets', 'configs', 'command', 'args', 'route', 'check', 'more'] as const) {
    if (canonical(before[key]) !== canonical(after[key])) words.push(`${key} changed`)
  }
  return words.length > 0 ? words.join(', ') : undefined
}

/** JSON with sorted keys: equal values give equal texts. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? ''
