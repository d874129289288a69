import { isCidr, isInCidr, isIPv4 } from '@sampan/kit/ip'
import { portNameProblems } from '@sampan/kit/names'
import { between, labelSelector, optionalOneOf, type Problems } from '../check.ts'
import { forbiddenField, invalidValue, notSupported, required } from '../problem.ts'
import type { NetworkPolicy } from './network-policy.ts'

type Spec = NonNullable<NetworkPolicy['spec']>
type Ingress = NonNullable<Spec['ingress']>[number]
type Peer = NonNullable<Ingress['from']>[number]
type Port = NonNullable<Ingress['ports']>[number]

export function* networkPolicyProblems({ spec }: NetworkPolicy): Problems {
  yield* labelSelector('spec.podSelector', spec?.podSelector)
  for (const [index, rule] of (spec?.ingress ?? []).entries()) {
    const at = `spec.ingress[${index}]`
    yield* portsProblems(`${at}.ports`, rule.ports)
    for (const [place, peer] of (rule.from ?? []).entries()) yield* peerProblems(`${at}.from[${place}]`, peer)
  }
  for (const [index, rule] of (spec?.egress ?? []).entries()) {
    const at = `spec.egress[${index}]`
    yield* portsProblems(`${at}.ports`, rule.ports)
    for (const [place, peer] of (rule.to ?? []).entries()) yield* peerProblems(`${at}.to[${place}]`, peer)
  }
  if ((spec?.policyTypes?.length ?? 0) > 2)
    yield invalidValue('spec.policyTypes', spec?.policyTypes, 'may not specify more than two policyTypes')
  for (const [index, type] of (spec?.policyTypes ?? []).entries())
    if (type !== 'Ingress' && type !== 'Egress')
      yield notSupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress'])
}

function* portsProblems(at: string, ports: Port[] | undefined): Problems {
  for (const [index, { port, protocol, endPort }] of (ports ?? []).entries()) {
    const here = `${at}[${index}]`
    yield* optionalOneOf(`${here}.protocol`, protocol, ['SCTP', 'TCP', 'UDP'])
    if (typeof port === 'number') {
      yield* between(`${here}.port`, port, 1, 65535)
      if (endPort !== undefined && endPort < port)
        yield invalidValue(`${here}.endPort`, port, 'must be greater than or equal to `port`')
    } else if (port !== undefined) {
      for (const why of portNameProblems(port)) yield invalidValue(`${here}.port`, port, why)
      if (endPort !== undefined)
        yield invalidValue(`${here}.endPort`, endPort, 'may not be specified when `port` is non-numeric')
    } else if (endPort !== undefined)
      yield invalidValue(`${here}.endPort`, endPort, 'may not be specified when `port` is not specified')
    yield* between(`${here}.endPort`, endPort, 1, 65535)
  }
}

function* peerProblems(at: string, { ipBlock, podSelector, namespaceSelector }: Peer): Problems {
  yield* labelSelector(`${at}.podSelector`, podSelector)
  yield* labelSelector(`${at}.namespaceSelector`, namespaceSelector)
  if (ipBlock && (podSelector || namespaceSelector))
    yield forbiddenField(at, 'may not specify both ipBlock and another peer')
  else if (!ipBlock && !podSelector && !namespaceSelector) yield required(at, 'must specify a peer')
  if (!ipBlock) return
  if (!ipBlock.cidr) yield required(`${at}.ipBlock.cidr`)
  else if (!isCidr(ipBlock.cidr)) yield invalidValue(`${at}.ipBlock.cidr`, ipBlock.cidr, badCidr)
  else
    for (const [index, except] of (ipBlock.except ?? []).entries()) {
      if (!isCidr(except)) yield invalidValue(`${at}.ipBlock.except[${index}]`, except, badCidr)
      else if (isIPv4(except.split('/')[0]!) && !isStrictlyInside(except, ipBlock.cidr))
        yield invalidValue(`${at}.ipBlock.except[${index}]`, except, `must be a strict subset of \`cidr\``)
    }
}

const badCidr = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

const isStrictlyInside = (inner: string, outer: string) =>
  isInCidr(inner.split('/')[0]!, outer) && Number(inner.split('/')[1]) > Number(outer.split('/')[1])
