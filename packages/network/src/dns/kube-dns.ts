import type { Client } from '@sampan/client/client'
import { service } from '@sampan/resources/core/service'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'

const fieldManager = 'sampan-network'
const namespace = 'kube-system'
const name = 'kube-dns'

const portsOf = (port: number) => [
  { name: 'dns', port: 53, targetPort: port, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, targetPort: port, protocol: 'TCP' },
]

/** Where Service `kube-dns` leads, whatever becomes of the object that says so. */
export const kubeDnsSlice = (dnsIP: string, port: number) => ({
  metadata: {
    namespace,
    name: `${name}-sampan`,
    labels: {
      'kubernetes.io/service-name': name,
      'endpointslice.kubernetes.io/managed-by': 'network.sampan.dev',
    },
  },
  addressType: 'IPv4' as const,
  endpoints: [{ addresses: [dnsIP], conditions: { ready: true, serving: true, terminating: false } }],
  ports: portsOf(port).map((one) => ({ name: one.name, port, protocol: one.protocol })),
})

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
  const ports = portsOf(port)
  await client.apply(
    service,
    { metadata, spec: { type: 'ClusterIP', clusterIP: dnsIP, clusterIPs: [dnsIP], ports } },
    { fieldManager, force: true },
  )
  await client.apply(endpointSlice, kubeDnsSlice(dnsIP, port), { fieldManager, force: true })
}
