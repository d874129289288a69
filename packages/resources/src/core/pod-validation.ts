import { isIP } from '@sampan/kit/ip'
import { jsonEqual } from '@sampan/kit/json-equal'
import { dnsLabelProblems, dnsSubdomainProblems, qualifiedNameProblems } from '@sampan/kit/names'
import {
  between,
  labels,
  largestInt32,
  named,
  needed,
  notNegative,
  oneOf,
  optionalName,
  optionalOneOf,
  type Problems,
} from '../check.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../problem.ts'
import { podResourceProblems } from './container-resources-validation.ts'
import { containersProblems } from './container-validation.ts'
import type { Pod, PodTemplate } from './pod.ts'
import { podSecurityProblems } from './pod-security-validation.ts'
import { schedulingProblems } from './scheduling-validation.ts'
import { volumeProblems } from './volume-validation.ts'

type Spec = Pod['spec']

/** A pod; on updates only the few fields of `spec` that may change do. */
export function* podProblems(pod: Pod, old?: Pod, subresource?: string): Problems {
  if (!old) {
    yield* podSpecProblems('spec', pod.spec)
    if (pod.spec.ephemeralContainers?.length)
      yield forbiddenField('spec.ephemeralContainers', 'cannot be set on create')
    if (pod.spec.nodeName && pod.spec.schedulingGates?.length)
      yield forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
    return
  }
  if (subresource === 'status' || jsonEqual(pod.spec, old.spec)) return
  if (subresource !== 'binding') yield* podSpecProblems('spec', pod.spec)
  if (subresource === undefined) yield* updateProblems(pod, old)
}

/** In upstream's order: the messages list them. */
const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']

/** What is wrong with a PodSpec, in a pod or in a workload's template. */
export function* podSpecProblems(at: string, spec: Spec): Problems {
  yield* volumeProblems(`${at}.volumes`, spec.volumes)
  yield* containersProblems(at, spec)
  yield* oneOf(`${at}.restartPolicy`, spec.restartPolicy, restartPolicies)
  yield* dnsProblems(at, spec)
  yield* labels(`${at}.nodeSelector`, spec.nodeSelector)
  yield* podSecurityProblems(at, spec)
  yield* schedulingProblems(at, spec)
  for (const [index, { conditionType }] of (spec.readinessGates ?? []).entries())
    yield* optionalName(`${at}.readinessGates[${index}].conditionType`, conditionType, qualifiedNameProblems)
  yield* optionalName(`${at}.serviceAccountName`, spec.serviceAccountName, dnsSubdomainProblems)
  yield* optionalName(`${at}.nodeName`, spec.nodeName, dnsSubdomainProblems)
  yield* between(`${at}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1, largestInt32)
  yield* notNegative(`${at}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds)
  yield* optionalName(`${at}.hostname`, spec.hostname, dnsLabelProblems)
  yield* optionalName(`${at}.subdomain`, spec.subdomain, dnsLabelProblems)
  for (const [index, { ip, hostnames }] of (spec.hostAliases ?? []).entries()) {
    if (!isIP(ip ?? ''))
      yield invalidValue(
        `${at}.hostAliases[${index}].ip`,
        ip ?? '',
        'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      )
    for (const [place, hostname] of (hostnames ?? []).entries())
      yield* named(`${at}.hostAliases[${index}].hostnames[${place}]`, hostname, dnsSubdomainProblems)
  }
  yield* optionalName(`${at}.priorityClassName`, spec.priorityClassName, dnsSubdomainProblems)
  yield* optionalName(`${at}.runtimeClassName`, spec.runtimeClassName, dnsSubdomainProblems)
  yield* optionalName(`${at}.schedulerName`, spec.schedulerName, dnsSubdomainProblems)
  yield* optionalOneOf(`${at}.preemptionPolicy`, spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'])
  yield* claimNameProblems(`${at}.resourceClaims`, spec.resourceClaims)
  yield* podResourceProblems(`${at}.resources`, spec)
}

function* dnsProblems(at: string, { dnsPolicy, dnsConfig }: Spec): Problems {
  yield* oneOf(`${at}.dnsPolicy`, dnsPolicy, dnsPolicies)
  if (dnsPolicy === 'None') {
    if (!dnsConfig) yield required(`${at}.dnsConfig`, 'must provide `dnsConfig` when `dnsPolicy` is None')
    else if (!dnsConfig.nameservers?.length)
      yield required(`${at}.dnsConfig.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
  }
  if ((dnsConfig?.nameservers?.length ?? 0) > 3)
    yield invalidValue(`${at}.dnsConfig.nameservers`, dnsConfig!.nameservers, 'must not have more than 3 nameservers')
  for (const [index, server] of (dnsConfig?.nameservers ?? []).entries())
    if (!isIP(server))
      yield invalidValue(
        `${at}.dnsConfig.nameservers[${index}]`,
        server,
        'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      )
  const searches = dnsConfig?.searches ?? []
  if (searches.length > 32)
    yield invalidValue(`${at}.dnsConfig.searches`, searches, 'must not have more than 32 search paths')
  if (searches.join(' ').length > 2048)
    yield invalidValue(
      `${at}.dnsConfig.searches`,
      searches,
      'must not have more than 2048 characters (including spaces) in the search list',
    )
  for (const [index, search] of searches.entries())
    if (search !== '.')
      for (const why of dnsSubdomainProblems(search.replace(/\.$/, '').replace(/(^|\.)_+|_/g, '$1a')))
        yield invalidValue(`${at}.dnsConfig.searches[${index}]`, search.replace(/\.$/, ''), why)
  for (const [index, { name }] of (dnsConfig?.options ?? []).entries())
    yield* needed(`${at}.dnsConfig.options[${index}]`, name, 'must not be empty')
}

function* claimNameProblems(at: string, claims: Spec['resourceClaims']): Problems {
  const seen = new Set<string>()
  for (const [index, claim] of (claims ?? []).entries()) {
    const { name, resourceClaimName, resourceClaimTemplateName } = claim
    const here = `${at}[${index}]`
    if (name && seen.has(name)) yield duplicate(`${here}.name`, name)
    else yield* named(`${here}.name`, name, dnsLabelProblems)
    seen.add(name)
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined)
      yield invalidValue(
        here,
        claim,
        'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified',
      )
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined)
      yield invalidValue(here, claim, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`')
    yield* optionalName(`${here}.resourceClaimName`, resourceClaimName, dnsSubdomainProblems)
    yield* optionalName(`${here}.resourceClaimTemplateName`, resourceClaimTemplateName, dnsSubdomainProblems)
  }
}

/** A pod template; a controller that keeps its pods running wants `restartPolicy: Always`. */
export function* podTemplateProblems(at: string, template: PodTemplate | undefined): Problems {
  if (!template?.spec) {
    yield required(`${at}.spec.containers`)
    return
  }
  yield* labels(`${at}.metadata.labels`, template.metadata?.labels)
  for (const key of Object.keys(template.metadata?.annotations ?? {}))
    yield* optionalName(`${at}.metadata.annotations`, key.toLowerCase(), qualifiedNameProblems)
  if (template.spec.ephemeralContainers?.length)
    yield forbiddenField(`${at}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')
  yield* podSpecProblems(`${at}.spec`, template.spec)
}

const mayChange =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

function* updateProblems(pod: Pod, old: Pod): Problems {
  const { spec } = pod
  if (spec.containers?.length !== old.spec.containers?.length) {
    yield forbiddenField('spec.containers', 'pod updates may not add or remove containers')
    return
  }
  if ((spec.initContainers?.length ?? 0) !== (old.spec.initContainers?.length ?? 0)) {
    yield forbiddenField('spec.initContainers', 'pod updates may not add or remove containers')
    return
  }
  const [was, is] = [old.spec.activeDeadlineSeconds, spec.activeDeadlineSeconds]
  if (was !== undefined && is === undefined)
    yield invalidValue('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value')
  else if (was !== undefined && is! > was)
    yield invalidValue('spec.activeDeadlineSeconds', is, 'must be less than or equal to previous value')
  const tolerated = spec.tolerations ?? []
  const isKept = (old.spec.tolerations ?? []).every((one) =>
    tolerated.some((other) => jsonEqual({ ...one, tolerationSeconds: 0 }, { ...other, tolerationSeconds: 0 })),
  )
  if (!isKept)
    yield forbiddenField('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
  const gates = new Set((old.spec.schedulingGates ?? []).map(({ name }) => name))
  const isGated = gates.size > 0
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries())
    if (!gates.has(name))
      yield forbiddenField(`spec.schedulingGates[${index}]`, 'only deletion is allowed, but found new scheduling gate')
  const changed = changedField(comparable(spec, isGated), comparable(old.spec, isGated))
  if (changed) yield forbiddenField('spec', `${mayChange}: \`spec.${changed}\` differs`)
}

/** A spec without what may change; a gated pod has not been looked at by the scheduler yet, so it may be steered. */
function comparable(spec: Spec, isGated: boolean): Record<string, unknown> {
  const { activeDeadlineSeconds: _a, tolerations: _b, schedulingGates: _c, ...rest } = spec
  const copy: Record<string, unknown> = {
    ...rest,
    containers: (spec.containers ?? []).map(({ image: _, ...one }) => one),
    initContainers: (spec.initContainers ?? []).map(({ image: _, ...one }) => one),
  }
  if (spec.terminationGracePeriodSeconds === 1 || (spec.terminationGracePeriodSeconds ?? 0) < 0)
    delete copy.terminationGracePeriodSeconds
  if (isGated) {
    delete copy.nodeSelector
    delete copy.affinity
  }
  return copy
}

const changedField = (next: Record<string, unknown>, old: Record<string, unknown>): string | undefined =>
  [...new Set([...Object.keys(old), ...Object.keys(next)])].find(
    (key) => !jsonEqual(next[key] ?? null, old[key] ?? null),
  )
