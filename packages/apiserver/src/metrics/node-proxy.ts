import { cpus } from 'node:os'
import { type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { notFound } from '@sampan/resources/errors'
import type { DiskUse } from '@sampan/resources/node-usage'
import type { Answer, PathHandler, SubresourceCall, SubresourceHandler } from '../handlers.ts'
import { cadvisorText, resourceMetricsText, statsSummary, volumeMetricsText } from './kubelet.ts'
import type { Meter } from './meter.ts'

const textType = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }

type Page = () => Promise<Answer>

/** What a kubelet tells of itself to whoever measures, by path. */
function measures(meter: Meter, nodeName: string, disk: () => Promise<DiskUse>): Record<string, Page> {
  const page = (text: () => Promise<string>): Page => {
    return async () => ({ status: 200, headers: textType, text: await text() })
  }
  return {
    'stats/summary': async () => ({ status: 200, object: await statsSummary(meter, nodeName, await disk()) }),
    'metrics/resource': page(async () => resourceMetricsText(await meter.latest())),
    'metrics/cadvisor': page(async () => cadvisorText(await meter.latest(), cpus().length)),
    'metrics/volumes': page(async () => volumeMetricsText((await disk()).volumes)),
  }
}

/**
 * The same at the API's own port, which nodes name as their kubelet's: who finds its targets by their nodes asks there.
 * Users need the path as a `nonResourceURL`.
 */
export const kubeletPaths = (meter: Meter, nodeName: string, disk: () => Promise<DiskUse>): PathHandler[] =>
  Object.entries(measures(meter, nodeName, disk)).map(([path, handle]) => ({
    path: `/${path}`,
    methods: ['GET'],
    handle,
  }))

/** `nodes/<name>/proxy/…`: what a kubelet answers at its port, answered here, since the node is part of the process. */
export function nodeProxy(meter: Meter, nodeName: string, disk: () => Promise<DiskUse>): SubresourceHandler {
  const measured = measures(meter, nodeName, disk)
  const pages: Record<string, (call: SubresourceCall) => Promise<Answer>> = {
    ...measured,
    // A kubelet's own page is where dashboards look for volumes.
    metrics: measured['metrics/volumes']!,
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
