import { isIP } from '@sampan/kit/ip'
import { dnsLabelProblems } from '@sampan/kit/names'
import { named, oneOf, optionalName, type Problems, portNumber } from '../check.ts'
import { invalidValue, required } from '../problem.ts'
import type { Endpoints } from './endpoints.ts'

/** Nothing outside may be reached through these: they are this machine, or this wire. */
export const isLocal = (ip: string) => /^(127\.|169\.254\.|224\.0\.0\.|0\.0\.0\.0$|::1$|::$|fe80:|ff02:)/i.test(ip)

export const mayNotBeLocal = 'may not be in the loopback, link-local or unspecified range'

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
        else if (!isServer && isLocal(ip)) yield invalidValue(`${here}.ip`, ip, mayNotBeLocal)
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
