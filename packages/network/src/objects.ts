import type { Pod } from '@sampan/resources/core/pod'
import type { Service } from '@sampan/resources/core/service'
import type { EndpointSlice } from '@sampan/resources/discovery/endpoint-slice'

/** Short ways to write objects in tests of this package. */

export const serviceOf = (
  name: string,
  spec: Partial<Service['spec']>,
  metadata: Partial<Service['metadata']> = {},
  status: Service['status'] = {},
): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', uid: `uid-${name}`, ...metadata },
  spec: { type: 'ClusterIP', ports: [{ port: 80 }], ...spec },
  status,
})

export interface EndpointSketch {
  ip: string
  ready?: boolean
  serving?: boolean
  terminating?: boolean
  nodeName?: string
  hostname?: string
  pod?: string
  hints?: NonNullable<EndpointSlice['endpoints']>[number]['hints']
}

export const sliceOf = (
  service: string,
  endpoints: readonly (string | EndpointSketch)[],
  ports: { name?: string; port: number; protocol?: string }[] = [{ port: 8080 }],
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${service}-x`, namespace: 'default', labels: { 'kubernetes.io/service-name': service } },
  addressType: 'IPv4',
  ports: ports.map(({ name = '', port, protocol = 'TCP' }) => ({ name, port, protocol })),
  endpoints: endpoints
    .map((one) => (typeof one === 'string' ? { ip: one } : one))
    .map(({ ip, ready = true, serving, terminating, nodeName = 'lab', hostname, pod, hints }: EndpointSketch) => ({
      addresses: [ip],
      conditions: { ready, serving: serving ?? ready, terminating: terminating ?? false },
      nodeName,
      ...(hostname && { hostname }),
      ...(hints && { hints }),
      ...(pod && { targetRef: { kind: 'Pod', name: pod, namespace: 'default', uid: `uid-default-${pod}` } }),
    })),
})

export const podOf = (
  name: string,
  ip: string,
  { labels = {}, namespace = 'default', ports = [], hostNetwork = false }: PodSketch = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: `uid-${namespace}-${name}`, labels },
  spec: { containers: [{ name: 'main', image: 'x', ports }], hostNetwork, nodeName: 'lab' },
  status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
})

export interface PodSketch {
  labels?: Record<string, string>
  namespace?: string
  ports?: NonNullable<Pod['spec']['containers'][number]['ports']>
  hostNetwork?: boolean
}
