import { quantityOfBytes } from '@sampan/kit/quantity'
import { pod as podKind } from '@sampan/resources/core/pod'
import { apiVersionOf } from '@sampan/resources/define'
import { type NodeMetrics, nodeMetrics } from '@sampan/resources/metrics/node-metrics'
import { type PodMetrics, podMetrics } from '@sampan/resources/metrics/pod-metrics'
import type { ComputedKind } from '../handlers.ts'
import type { Objects } from '../objects.ts'
import type { Meter, Rated } from './meter.ts'

/** `metrics.k8s.io/v1beta1`: what `kubectl top` and autoscalers ask. Pods that were not seen twice yet are left out. */
export function resourceMetrics(meter: Meter, objects: Objects, nodeName: string): ComputedKind[] {
  return [
    {
      definition: podMetrics as unknown as ComputedKind['definition'],
      async list(namespace) {
        const { pods } = await meter.latest()
        return pods.flatMap((pod): PodMetrics[] => {
          if (namespace !== undefined && pod.namespace !== namespace) return []
          const rated = pod.containers.map((container) => ({ container, rate: meter.rateOf(pod, container) }))
          const [first] = rated
          if (!first || rated.some(({ rate }) => !rate)) return []
          return [
            {
              apiVersion: apiVersionOf(podMetrics),
              kind: podMetrics.kind,
              metadata: {
                name: pod.name,
                namespace: pod.namespace,
                creationTimestamp: first.container.time.toISOString().replace(/\.\d+/, ''),
                labels: objects.get(podKind, pod.name, pod.namespace)?.metadata.labels,
              },
              timestamp: first.container.time.toISOString().replace(/\.\d+/, ''),
              window: windowOf(first.rate!),
              containers: rated.map(({ container, rate }) => ({
                name: container.name,
                usage: { cpu: cores(rate!.cpu), memory: quantityOfBytes(container.memoryBytes) },
              })),
            },
          ]
        })
      },
    },
    {
      definition: nodeMetrics as unknown as ComputedKind['definition'],
      async list() {
        const { host, time } = await meter.latest()
        const rate = meter.hostRate()
        if (!rate) return []
        const stamp = time.toISOString().replace(/\.\d+/, '')
        const one: NodeMetrics = {
          apiVersion: apiVersionOf(nodeMetrics),
          kind: nodeMetrics.kind,
          metadata: {
            name: nodeName,
            creationTimestamp: stamp,
            labels: objects.get({ group: '', plural: 'nodes' }, nodeName)?.metadata.labels,
          },
          timestamp: stamp,
          window: windowOf(rate),
          usage: { cpu: cores(rate.cpu), memory: quantityOfBytes(host.memoryBytes) },
        }
        return [one]
      },
    },
  ]
}

/** Nanocores, as metrics servers write them. */
const cores = (cpu: number) => `${Math.round(cpu * 1e9)}n`
const windowOf = ({ seconds }: Rated) => `${seconds.toFixed(3)}s`
