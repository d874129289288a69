import { canonicaliseMilli, child, each, fill, fillPlain } from '../fill.ts'
import { tagOf } from './image-name.ts'
import type { Pod, PodTemplate } from './pod.ts'
import { defaultDivisor, defaultVolume } from './volume-defaults.ts'

type Spec = Pod['spec']
type Container = Spec['containers'][number]
type Probe = NonNullable<Container['livenessProbe']>
type Resources = NonNullable<Container['resources']>

/** Defaults of a pod itself: those of a template, and what a template leaves open. */
export function defaultPod(pod: Pod): void {
  const spec = child(pod, 'spec')
  defaultPodSpec(spec)
  fill(spec, { enableServiceLinks: true })
  const containers = [...each(spec.containers), ...each(spec.initContainers)]
  for (const container of containers) requestsFromLimits(container.resources)
  requestsFromLimits(spec.resources)
  if (spec.hostNetwork)
    for (const container of containers)
      for (const port of each(container.ports)) fillPlain(port, { hostPort: port.containerPort })
}

/** One way for every workload: a Deployment, its ReplicaSet and the pods must come out alike. */
export function defaultPodTemplate(template: PodTemplate | undefined): void {
  if (template?.spec) defaultPodSpec(template.spec)
}

/** Kubernetes' defaults of a PodSpec, in place. */
export function defaultPodSpec(spec: Spec): void {
  fillPlain(spec, { dnsPolicy: 'ClusterFirst', restartPolicy: 'Always', schedulerName: 'default-scheduler' })
  fill(spec, { terminationGracePeriodSeconds: 30, securityContext: {} })
  // Negative times were taken once; they mean the shortest there is.
  if (spec.terminationGracePeriodSeconds! < 0) spec.terminationGracePeriodSeconds = 1
  // The deprecated twin always says the same.
  if (spec.serviceAccountName) spec.serviceAccount = spec.serviceAccountName
  else if (spec.serviceAccount) spec.serviceAccountName = spec.serviceAccount
  for (const volume of each(spec.volumes)) defaultVolume(volume)
  for (const container of each(spec.initContainers)) defaultContainer(container)
  for (const container of each(spec.containers)) defaultContainer(container)
  for (const container of each(spec.ephemeralContainers)) defaultContainer(container)
  canonicalResources(spec.resources)
  canonicaliseMilli(spec.overhead)
}

function defaultContainer(container: Container): void {
  fillPlain(container, {
    imagePullPolicy: tagOf(String(container.image ?? '')) === 'latest' ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })
  canonicalResources(child(container, 'resources'))
  for (const port of each(container.ports)) fillPlain(port, { protocol: 'TCP' })
  for (const variable of each(container.env)) {
    if (variable.valueFrom?.fieldRef) fillPlain(variable.valueFrom.fieldRef, { apiVersion: 'v1' })
    if (variable.valueFrom?.resourceFieldRef) defaultDivisor(variable.valueFrom.resourceFieldRef)
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe])
    if (probe) defaultProbe(probe)
  for (const handler of [container.lifecycle?.postStart, container.lifecycle?.preStop])
    if (handler?.httpGet) defaultHttpGet(handler.httpGet)
}

function defaultProbe(probe: Probe): void {
  fillPlain(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })
  if (probe.httpGet) defaultHttpGet(probe.httpGet)
  if (probe.grpc) fill(probe.grpc, { service: '' })
}

const defaultHttpGet = (action: NonNullable<Probe['httpGet']>) => fillPlain(action, { path: '/', scheme: 'HTTP' })

function canonicalResources(resources: Pick<Resources, 'limits' | 'requests'> | undefined): void {
  canonicaliseMilli(resources?.limits)
  canonicaliseMilli(resources?.requests)
}

/** Whoever caps a resource and asks for none asks for the cap. */
function requestsFromLimits(resources: Pick<Resources, 'limits' | 'requests'> | undefined): void {
  if (!resources?.limits) return
  resources.requests = { ...resources.limits, ...resources.requests }
}
