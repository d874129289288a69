import { isIP } from '@sampan/kit/ip'
import { dns1035LabelProblems, dnsLabelProblems, dnsSubdomainProblems } from '@sampan/kit/names'
import {
  between,
  immutable,
  labels,
  named,
  notNegative,
  oneOf,
  optionalOneOf,
  type Problems,
  portNumber,
  portNumberOrName,
} from '../check.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../problem.ts'
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
  if (spec.sessionAffinity === 'ClientIP')
    yield* between(
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds',
      spec.sessionAffinityConfig?.clientIP?.timeoutSeconds,
      1,
      longestAffinity,
    )
  if (spec.clusterIP && !isHeadless && !isIP(spec.clusterIP))
    yield invalidValue('spec.clusterIPs[0]', spec.clusterIP, badIP)
  if (spec.clusterIP && spec.clusterIPs?.length && spec.clusterIPs[0] !== spec.clusterIP)
    yield invalidValue('spec.clusterIPs', spec.clusterIPs, 'first value must match `clusterIP`')
  for (const [index, ip] of (spec.externalIPs ?? []).entries())
    if (!isIP(ip)) yield invalidValue(`spec.externalIPs[${index}]`, ip, badIP)
  yield* optionalOneOf('spec.externalTrafficPolicy', spec.externalTrafficPolicy, policies)
  yield* optionalOneOf('spec.internalTrafficPolicy', spec.internalTrafficPolicy, policies)
  yield* optionalOneOf('spec.ipFamilyPolicy', spec.ipFamilyPolicy, [
    'SingleStack',
    'PreferDualStack',
    'RequireDualStack',
  ])
  if (spec.loadBalancerClass && spec.type !== 'LoadBalancer')
    yield forbiddenField('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")
  if (old) yield* updateProblems(spec, old.spec)
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
