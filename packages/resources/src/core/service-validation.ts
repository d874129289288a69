import { isCidr, isIP } from '@sampan/kit/ip'
import { dns1035LabelProblems, dnsLabelProblems, dnsSubdomainProblems, qualifiedNameProblems } from '@sampan/kit/names'
import {
  immutable,
  labels,
  named,
  notNegative,
  oneOf,
  optionalName,
  optionalOneOf,
  type Problems,
  portNumber,
  portNumberOrName,
} from '../check.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../problem.ts'
import { specialProblems } from './endpoints-validation.ts'
import type { Service } from './service.ts'

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const protocols = ['SCTP', 'TCP', 'UDP']
const policies = ['Cluster', 'Local']
const badIP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
const affinities = ['ClientIP', 'None']
/** A day. */
const longestAffinity = 86400

export function* serviceProblems(service: Service, old?: Service): Problems {
  const { spec, metadata } = service
  if (!old && metadata.name)
    for (const why of dns1035LabelProblems(metadata.name)) yield invalidValue('metadata.name', metadata.name, why)
  yield* oneOf('spec.type', spec.type, types)
  const isHeadless = spec.clusterIP === 'None'
  const isExternal = spec.type === 'ExternalName'
  if (isExternal) {
    if (spec.clusterIP) yield forbiddenField('spec.clusterIPs[0]', 'may not be set for ExternalName services')
    if (!spec.externalName) yield required('spec.externalName')
    else
      for (const why of dnsSubdomainProblems(spec.externalName.replace(/\.$/, '')))
        yield invalidValue('spec.externalName', spec.externalName, why)
  } else if (!spec.ports?.length && !isHeadless) yield required('spec.ports')
  if (isHeadless && (spec.type === 'NodePort' || spec.type === 'LoadBalancer'))
    yield invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)
  yield* portsProblems(spec, isHeadless)
  yield* labels('spec.selector', spec.selector)
  yield* oneOf('spec.sessionAffinity', spec.sessionAffinity, affinities)
  if (spec.sessionAffinity === 'ClientIP') yield* affinityProblems(spec)
  else if (spec.sessionAffinityConfig)
    yield forbiddenField(
      'spec.sessionAffinityConfig',
      `must not be set when session affinity is ${spec.sessionAffinity}`,
    )
  if (spec.clusterIP && !isHeadless && !isIP(spec.clusterIP))
    yield invalidValue('spec.clusterIPs[0]', spec.clusterIP, badIP)
  if (spec.clusterIP && spec.clusterIPs?.length && spec.clusterIPs[0] !== spec.clusterIP)
    yield invalidValue('spec.clusterIPs', spec.clusterIPs, 'first value must match `clusterIP`')
  for (const [index, ip] of (spec.externalIPs ?? []).entries())
    if (!isIP(ip)) yield invalidValue(`spec.externalIPs[${index}]`, ip, badIP)
    else yield* specialProblems(`spec.externalIPs[${index}]`, ip)
  yield* optionalOneOf('spec.externalTrafficPolicy', spec.externalTrafficPolicy, policies)
  yield* optionalOneOf('spec.internalTrafficPolicy', spec.internalTrafficPolicy, policies)
  yield* optionalOneOf('spec.ipFamilyPolicy', spec.ipFamilyPolicy, [
    'SingleStack',
    'PreferDualStack',
    'RequireDualStack',
  ])
  yield* optionalOneOf('spec.trafficDistribution', spec.trafficDistribution, [
    'PreferClose',
    'PreferSameNode',
    'PreferSameZone',
  ])
  for (const [index, family] of (spec.ipFamilies ?? []).entries())
    yield* oneOf(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6'])
  if (spec.loadBalancerSourceRanges?.length && spec.type !== 'LoadBalancer')
    yield forbiddenField('spec.LoadBalancerSourceRanges', "may only be used when `type` is 'LoadBalancer'")
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries())
    if (!isCidr(range.trim()))
      yield invalidValue(
        `spec.LoadBalancerSourceRanges[${index}]`,
        range.trim(),
        'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      )
  if (!old) yield* outsideProblems(spec)
  if (spec.loadBalancerClass && spec.type !== 'LoadBalancer')
    yield forbiddenField('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")
  if (old) yield* updateProblems(spec, old.spec)
}

function* affinityProblems({ sessionAffinityConfig: config }: Service['spec']): Problems {
  const at = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds'
  const seconds = config?.clientIP?.timeoutSeconds
  if (seconds !== undefined && (seconds <= 0 || seconds > longestAffinity))
    yield invalidValue(at, seconds, `must be greater than 0 and less than ${longestAffinity}`)
}

/** What only those outside can notice is for Services that can be reached from there. */
function* outsideProblems(spec: Service['spec']): Problems {
  const { type, externalTrafficPolicy: policy, externalIPs, healthCheckNodePort } = spec
  const isReachable = type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && externalIPs?.length)
  if (policy && !isReachable)
    yield invalidValue('spec.externalTrafficPolicy', policy, 'may only be set for externally-accessible services')
  if (healthCheckNodePort && !(type === 'LoadBalancer' && policy === 'Local'))
    yield invalidValue(
      'spec.healthCheckNodePort',
      healthCheckNodePort,
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
    )
}

function* portsProblems({ ports = [], type }: Service['spec'], isHeadless: boolean): Problems {
  const names = new Set<string>()
  const seen = new Set<string>()
  const nodePorts = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`
    if (ports.length > 1 && !port.name) yield required(`${at}.name`)
    if (port.name) {
      yield* named(`${at}.name`, port.name, dnsLabelProblems)
      if (names.has(port.name)) yield duplicate(`${at}.name`, port.name)
      names.add(port.name)
    }
    yield* portNumber(`${at}.port`, port.port)
    yield* oneOf(`${at}.protocol`, port.protocol, protocols)
    yield* portNumberOrName(`${at}.targetPort`, port.targetPort)
    yield* optionalName(`${at}.appProtocol`, port.appProtocol, qualifiedNameProblems)
    if (isHeadless && typeof port.targetPort === 'number' && port.targetPort !== port.port && port.nodePort)
      yield invalidValue(
        `${at}.targetPort`,
        port.targetPort,
        'must be equal to the value of `port` when clusterIP = None',
      )
    if (port.nodePort && type !== 'NodePort' && type !== 'LoadBalancer')
      yield forbiddenField(`${at}.nodePort`, `may not be used when \`type\` is '${type}'`)
    yield* notNegative(`${at}.nodePort`, port.nodePort)
    const key = `${port.protocol} ${port.port}`
    if (seen.has(key)) yield duplicate(at, { protocol: port.protocol, port: port.port })
    seen.add(key)
    const nodeKey = `${port.protocol} ${port.nodePort}`
    if (port.nodePort && nodePorts.has(nodeKey)) yield duplicate(`${at}.nodePort`, port.nodePort)
    nodePorts.add(nodeKey)
  }
}

function* updateProblems(spec: Service['spec'], old: Service['spec']): Problems {
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName' && old.clusterIP)
    if (spec.clusterIP !== old.clusterIP)
      yield invalidValue('spec.clusterIPs[0]', spec.clusterIP ? [spec.clusterIP] : null, 'may not change once set')
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer')
    yield* immutable('spec.loadBalancerClass', spec.loadBalancerClass, old.loadBalancerClass)
}
