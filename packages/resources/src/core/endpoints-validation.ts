import { isIP } from '@sampan/kit/ip'
import { dnsLabelProblems } from '@sampan/kit/names'
import { named, oneOf, optionalName, type Problems, portNumber } from '../check.ts'
import { invalidValue, required } from '../problem.ts'
import type { Endpoints } from './endpoints.ts'

const special: [RegExp, string][] = [
  [/^(0\.0\.0\.0|::)$/, 'may not be unspecified (0.0.0.0 or ::)'],
  [/^(127\.|::1$)/, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  [/^(169\.254\.|fe80:)/i, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  [/^(224\.0\.0\.|ff02:)/i, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
]

/** Nothing outside may be reached through some addresses: they are this machine, or this wire. */
export function* specialProblems(at: string, ip: string): Problems {
  for (const [pattern, why] of special) if (pattern.test(ip)) yield invalidValue(at, ip, why)
}

export function* endpointsProblems({ metadata, subsets }: Endpoints): Problems {
  // The API server's own address may be the loopback on a machine that has no other.
  const isServer = metadata.name === 'kubernetes' && metadata.namespace === 'default'
  for (const [index, { addresses = [], notReadyAddresses = [], ports = [] }] of (subsets ?? []).entries()) {
    const at = `subsets[${index}]`
    if (addresses.length === 0 && notReadyAddresses.length === 0)
      yield required(at, 'must specify `addresses` or `notReadyAddresses`')
    for (const [field, list] of [
      ['addresses', addresses],
      ['notReadyAddresses', notReadyAddresses],
    ] as const)
      for (const [place, { ip, hostname }] of list.entries()) {
        const here = `${at}.${field}[${place}]`
        if (!isIP(ip ?? ''))
          yield invalidValue(`${here}.ip`, ip ?? '', 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
        else if (!isServer) yield* specialProblems(`${here}.ip`, ip)
        yield* optionalName(`${here}.hostname`, hostname, dnsLabelProblems)
      }
    for (const [place, { name, port, protocol }] of ports.entries()) {
      const here = `${at}.ports[${place}]`
      if (ports.length > 1) yield* named(`${here}.name`, name, dnsLabelProblems)
      else yield* optionalName(`${here}.name`, name, dnsLabelProblems)
      yield* portNumber(`${here}.port`, port)
      yield* oneOf(`${here}.protocol`, protocol, ['SCTP', 'TCP', 'UDP'])
    }
  }
}
