import { baselineCapabilities } from '@sampan/resources/core/pod-security'
import type { Document } from './documents.ts'

/**
 * What a release may hold. Templates and parameters come from tenants while the platform applies with its own rights, so
 * everything that would reach beyond the app's namespace or onto the host is refused here, before anything is sent.
 */
const allowedKinds: Readonly<Record<string, readonly string[]>> = {
  '': ['ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'PersistentVolumeClaim'],
  apps: ['Deployment', 'StatefulSet', 'DaemonSet'],
  batch: ['Job', 'CronJob'],
  'networking.k8s.io': ['Ingress'],
  autoscaling: ['HorizontalPodAutoscaler'],
  policy: ['PodDisruptionBudget'],
}

interface PodSpec {
  hostNetwork?: boolean
  hostPID?: boolean
  hostIPC?: boolean
  volumes?: { name?: string; hostPath?: unknown }[]
  containers?: Container[]
  initContainers?: Container[]
  serviceAccountName?: string
}
interface Container {
  name?: string
  ports?: { hostPort?: number }[]
  securityContext?: { privileged?: boolean; capabilities?: { add?: string[] }; procMount?: string }
}

/** Sentences about what may not be; none means the documents are fine. `namespace` is where all of them must live. */
export function refusals(documents: readonly Document[], namespace: string): string[] {
  return documents.flatMap((one) => {
    const what = `${one.kind} "${one.metadata.name}"`
    if (one.metadata.namespace !== namespace) {
      return [
        `${what} is in namespace "${one.metadata.namespace}", but an app may only have objects in "${namespace}".`,
      ]
    }
    const group = one.apiVersion.includes('/') ? one.apiVersion.split('/')[0]! : ''
    if (!allowedKinds[group]?.includes(one.kind)) {
      return [`${what} (${one.apiVersion}) is not a kind that an app may have; ask an operator to create it.`]
    }
    if (
      one.kind === 'Service' &&
      (one.spec?.externalIPs || ['LoadBalancer', 'NodePort'].includes(String(one.spec?.type)))
    ) {
      return [`${what} asks for an address of the machine; use a route instead.`]
    }
    const spec = podSpecOf(one)
    return spec ? podRefusals(spec).map((why) => `${what} ${why}`) : []
  })
}

function podRefusals(spec: PodSpec): string[] {
  const found: string[] = []
  if (spec.hostNetwork || spec.hostPID || spec.hostIPC) found.push('uses the network or processes of the machine.')
  const mounted = spec.volumes?.find((volume) => volume.hostPath)
  if (mounted) found.push(`mounts a folder of the machine (volume "${mounted.name}"); use a PersistentVolumeClaim.`)
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    const { securityContext, ports } = container
    if (securityContext?.privileged) found.push(`runs container "${container.name}" privileged.`)
    if (ports?.some((port) => port.hostPort)) {
      found.push(`takes a port of the machine (container "${container.name}"); use a route.`)
    }
    const extra = securityContext?.capabilities?.add?.find((name) => !baselineCapabilities.has(name))
    if (extra) found.push(`adds the capability ${extra} to container "${container.name}".`)
    if (securityContext?.procMount && securityContext.procMount !== 'Default') {
      found.push(`unmasks /proc in container "${container.name}".`)
    }
  }
  return found
}

/** The pod template's spec of a workload document, wherever its kind keeps it. */
export function podSpecOf(one: Document): PodSpec | undefined {
  const template = podTemplateOf(one)
  return template?.spec as PodSpec | undefined
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
  spec?: unknown
}

export function podTemplateOf(one: Document): PodTemplate | undefined {
  const spec = one.spec as { template?: PodTemplate; jobTemplate?: { spec?: { template?: PodTemplate } } } | undefined
  return one.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template
}
