import { cpus } from 'node:os'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { notFound } from '@sampan/resources/errors'
import type { DiskUse } from '@sampan/resources/node-usage'
import type { Answer, SubresourceCall, SubresourceHandler } from '../handlers.ts'
import { cadvisorText, resourceMetricsText, statsSummary, volumeMetricsText } from './kubelet.ts'
import type { Meter } from './meter.ts'

const textType = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }

/** `nodes/<name>/proxy/…`: what a kubelet answers at its port, answered here, since the node is part of the process. */
export function nodeProxy(meter: Meter, nodeName: string, disk: () => Promise<DiskUse>): SubresourceHandler {
  const pages: Record<string, (call: SubresourceCall) => Promise<Answer>> = {
    healthz: async () => ({ status: 200, text: 'ok' }),
    pods: async ({ objects }) => ({
      status: 200,
      object: {
        kind: 'PodList',
        apiVersion: 'v1',
        metadata: {},
        items: objects.list<Pod>(podKind).filter(({ spec }) => spec.nodeName === nodeName),
      },
    }),
    'stats/summary': async () => ({ status: 200, object: await statsSummary(meter, nodeName, await disk()) }),
    metrics: async () => ({ status: 200, headers: textType, text: volumeMetricsText((await disk()).volumes) }),
    'metrics/resource': async () => ({
      status: 200,
      headers: textType,
      text: resourceMetricsText(await meter.latest()),
    }),
    'metrics/cadvisor': async () => ({
      status: 200,
      headers: textType,
      text: cadvisorText(await meter.latest(), cpus().length),
    }),
  }
  return {
    group: '',
    plural: 'nodes',
    subresource: 'proxy',
    kind: { kind: 'NodeProxyOptions' },
    verbs: ['get'],
    async handle(call) {
      const [name] = call.name.split(':') // a port may follow: there is only one here
      if (name !== nodeName) throw notFound({ plural: 'nodes', group: '' }, call.name)
      const page = call.method === 'GET' ? pages[(call.rest ?? '').replace(/\/$/, '')] : undefined
      return page ? page(call) : { status: 404, text: '404 page not found\n' }
    },
  }
}
