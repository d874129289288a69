import type { Pod } from '@sampan/resources/core/pod'
import { protocols, type sandboxConfig as sandboxMessage } from '../cri/messages.ts'
import type { Given } from '../cri/wire.ts'
import { type DnsSettings, dnsConfig } from './dns-config.ts'
import { hostnames } from './hosts-file.ts'
import { annotations, labels } from './labels.ts'
import { sandboxSecurity } from './security.ts'

export type SandboxConfig = Given<typeof sandboxMessage>

export interface SandboxInput {
  pod: Pod
  attempt: number
  logDirectory: string
  cgroupParent: string
  dns: DnsSettings
  profileRoot: string
}

/** What the runtime makes a pod's sandbox from. Host ports are left out: the service network opens them. */
export function sandboxConfig({
  pod,
  attempt,
  logDirectory,
  cgroupParent,
  dns,
  profileRoot,
}: SandboxInput): SandboxConfig {
  const { metadata, spec } = pod
  const { hostname } = hostnames(pod, dns.clusterDomain)
  return {
    metadata: { name: metadata.name, uid: metadata.uid, namespace: metadata.namespace, attempt },
    ...(!spec.hostNetwork && { hostname }),
    logDirectory,
    dnsConfig: dnsConfig(pod, dns),
    portMappings: spec.hostNetwork
      ? []
      : spec.containers.flatMap(({ ports = [] }) =>
          ports.map((port) => ({
            protocol: protocols[(port.protocol ?? 'TCP') as keyof typeof protocols],
            containerPort: port.containerPort,
          })),
        ),
    labels: {
      ...metadata.labels,
      [labels.podName]: metadata.name,
      [labels.podNamespace]: metadata.namespace ?? '',
      [labels.podUid]: metadata.uid ?? '',
    },
    annotations: { ...metadata.annotations, [annotations.node]: spec.nodeName ?? '' },
    linux: {
      cgroupParent,
      securityContext: sandboxSecurity(pod, profileRoot),
      sysctls: Object.fromEntries((spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name, value])),
    },
  }
}
