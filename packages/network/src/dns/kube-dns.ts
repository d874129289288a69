import type { Client } from '@sampan/client/client'
import { service } from '@sampan/resources/core/service'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'

const fieldManager = 'sampan-network'
const namespace = 'kube-system'
const name = 'kube-dns'

/** Makes Service `kube-system/kube-dns` and its endpoint be what the name server listens on. Changes nothing twice. */
export async function ensureKubeDns(client: Client, dnsIP: string, port: number): Promise<void> {
  const metadata = {
    namespace,
    name,
    labels: {
      'k8s-app': 'kube-dns',
      'kubernetes.io/cluster-service': 'true',
      'kubernetes.io/name': 'CoreDNS',
    },
  }
  const ports = [
    { name: 'dns', port: 53, targetPort: port, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, targetPort: port, protocol: 'TCP' },
  ]
  await client.apply(
    service,
    { metadata, spec: { type: 'ClusterIP', clusterIP: dnsIP, clusterIPs: [dnsIP], ports } },
    { fieldManager, force: true },
  )
  await client.apply(
    endpointSlice,
    {
      metadata: {
        namespace,
        name: `${name}-sampan`,
        labels: {
          'kubernetes.io/service-name': name,
          'endpointslice.kubernetes.io/managed-by': 'network.sampan.dev',
        },
      },
      addressType: 'IPv4',
      endpoints: [{ addresses: [dnsIP], conditions: { ready: true, serving: true, terminating: false } }],
      ports: ports.map((one) => ({ name: one.name, port, protocol: one.protocol })),
    },
    { fieldManager, force: true },
  )
}
