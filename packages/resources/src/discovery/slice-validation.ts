import { isIPv4, isIPv6 } from '@sampan/kit/ip'
import { dnsSubdomainProblems } from '@sampan/kit/names'
import { between, immutable, oneOf, optionalName, optionalOneOf, type Problems } from '../check.ts'
import { specialProblems } from '../core/endpoints-validation.ts'
import { duplicate, invalidValue, required, tooLong } from '../problem.ts'
import type { EndpointSlice } from './endpoint-slice.ts'

const types = ['FQDN', 'IPv4', 'IPv6']

/** Where Sampan itself says where it listens: the loopback, on a machine that has no other address. */
const isOwn = ({ namespace = '', labels }: EndpointSlice['metadata']) =>
  namespace === 'sampan-system' || (namespace === 'default' && labels?.['kubernetes.io/service-name'] === 'kubernetes')

export function* sliceProblems(one: EndpointSlice, old?: EndpointSlice): Problems {
  yield* oneOf('addressType', one.addressType, types)
  if (old) yield* immutable('addressType', one.addressType, old.addressType)
  if ((one.endpoints?.length ?? 0) > 1000) yield tooLong('endpoints', 1000)
  const before = new Set(old?.endpoints?.flatMap(({ addresses }) => addresses))
  for (const [index, { addresses }] of (one.endpoints ?? []).entries()) {
    const at = `endpoints[${index}].addresses`
    if (!addresses?.length) yield required(at, 'must contain at least 1 address')
    for (const [place, address] of (addresses ?? []).entries()) {
      if (one.addressType === 'IPv4' && !isIPv4(address))
        yield invalidValue(`${at}[${place}]`, address, 'must be an IPv4 address')
      if (one.addressType === 'IPv6' && !isIPv6(address))
        yield invalidValue(`${at}[${place}]`, address, 'must be an IPv6 address')
      if (!isOwn(one.metadata) && !before.has(address)) yield* specialProblems(`${at}[${place}]`, address)
      if (one.addressType === 'FQDN') yield* optionalName(`${at}[${place}]`, address, dnsSubdomainProblems)
    }
  }
  const names = new Set<string>()
  for (const [index, { name = '', port, protocol }] of (one.ports ?? []).entries()) {
    if (names.has(name)) yield duplicate(`ports[${index}].name`, name)
    names.add(name)
    yield* between(`ports[${index}].port`, port, 1, 65535)
    yield* optionalOneOf(`ports[${index}].protocol`, protocol, ['SCTP', 'TCP', 'UDP'])
  }
}
