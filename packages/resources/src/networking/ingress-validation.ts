import { isIP } from '@sampan/kit/ip'
import {
  dns1035LabelProblems,
  dnsSubdomainProblems,
  portNameProblems,
  wildcardSubdomainProblems,
} from '@sampan/kit/names'
import { named, oneOf, optionalName, type Problems, portNumber } from '../check.ts'
import { invalidValue, required } from '../problem.ts'
import type { Ingress } from './ingress.ts'

type Spec = Ingress['spec']
type Backend = NonNullable<Spec['defaultBackend']>
type Path = NonNullable<NonNullable<Spec['rules']>[number]['http']>['paths'][number]

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const legacyClass = 'kubernetes.io/ingress.class'

export function* ingressProblems({ metadata, spec }: Ingress, old?: Ingress): Problems {
  if (!old && metadata.annotations?.[legacyClass] !== undefined && spec.ingressClassName !== undefined)
    yield invalidValue(
      `annotations.${legacyClass}`,
      metadata.annotations[legacyClass],
      'can not be set when the class field is also set',
    )
  if (!spec.rules?.length && !spec.defaultBackend)
    yield invalidValue('spec', spec.rules ?? [], 'either `defaultBackend` or `rules` must be specified')
  if (spec.defaultBackend) yield* backendProblems('spec.defaultBackend', spec.defaultBackend)
  for (const [index, { host, http }] of (spec.rules ?? []).entries()) {
    const at = `spec.rules[${index}]`
    if (host) yield* hostProblems(`${at}.host`, host)
    if (http) {
      if (!http.paths?.length) yield required(`${at}.http.paths`)
      for (const [place, path] of (http.paths ?? []).entries()) yield* pathProblems(`${at}.http.paths[${place}]`, path)
    }
  }
  for (const [index, { hosts }] of (spec.tls ?? []).entries())
    for (const [place, host] of (hosts ?? []).entries())
      yield* optionalName(
        `spec.tls[${index}].hosts[${place}]`,
        host,
        host.includes('*') ? wildcardSubdomainProblems : dnsSubdomainProblems,
      )
  yield* optionalName('spec.ingressClassName', spec.ingressClassName, dnsSubdomainProblems)
}

function* hostProblems(at: string, host: string): Problems {
  if (isIP(host)) yield invalidValue(at, host, 'must be a DNS name, not an IP address')
  else yield* optionalName(at, host, host.includes('*') ? wildcardSubdomainProblems : dnsSubdomainProblems)
}

const badParts = ['//', '/./', '/../', '%2f', '%2F']
const badEnds = ['/..', '/.']

function* pathProblems(at: string, { path = '', pathType, backend }: Path): Problems {
  if (!pathType) yield required(`${at}.pathType`, 'pathType must be specified')
  else yield* oneOf(`${at}.pathType`, pathType, pathTypes)
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) yield invalidValue(`${at}.path`, path, 'must be an absolute path')
    for (const part of badParts)
      if (path.includes(part)) yield invalidValue(`${at}.path`, path, `must not contain '${part}'`)
    for (const end of badEnds)
      if (path.endsWith(end)) yield invalidValue(`${at}.path`, path, `cannot end with '${end}'`)
  } else if (path && !path.startsWith('/')) yield invalidValue(`${at}.path`, path, 'must be an absolute path')
  if (backend) yield* backendProblems(`${at}.backend`, backend)
  else yield required(`${at}.backend`)
}

function* backendProblems(at: string, { service, resource }: Backend): Problems {
  if (service && resource) {
    yield invalidValue(at, '', 'cannot set both resource and service backends')
    return
  }
  if (resource) {
    if (!resource.kind) yield required(`${at}.resource.kind`)
    if (!resource.name) yield required(`${at}.resource.name`)
    return
  }
  if (!service) {
    yield required(at, 'resource or service backend is required')
    return
  }
  yield* named(`${at}.service.name`, service.name, dns1035LabelProblems)
  const { name, number } = service.port ?? {}
  if (name && number) yield invalidValue(at, '', 'cannot set both port name & port number')
  else if (name) for (const why of portNameProblems(name)) yield invalidValue(`${at}.service.port.name`, name, why)
  else if (number) yield* portNumber(`${at}.service.port.number`, number)
  else yield required(at, 'port name or number is required')
}
