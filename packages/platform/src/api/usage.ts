import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { events, type ServerEvent } from '@sampan/http/events'
import { route } from '@sampan/http/route'
import { findQuantity } from '@sampan/kit/quantity'
import { isReason } from '@sampan/resources/errors'
import { podMetrics } from '@sampan/resources/metrics/pod-metrics'
import { app } from '@sampan/resources/sampan/app'
import { appLabel } from '../labels.ts'
import { found } from './apps.ts'
import type { ApiContext } from './context.ts'
import { podsOfApp } from './rows.ts'

/** The node measures about as often. */
const everyMs = 10_000

/** What the instances of an app take, sampled as long as somebody looks: event `sample` `{time, instances}`, cores and bytes. */
export const usageRoutes = (context: ApiContext) => [
  route({
    method: 'GET',
    path: '/api/projects/:project/apps/:app/usage',
    allow: { verb: 'get', on: app },
    handle({ params, api, signal }) {
      found(context, params)
      const places = () => [
        ...new Set(podsOfApp(context, params.project, params.app).map(({ metadata }) => metadata.namespace ?? '')),
      ]
      return events(samples(api, places, params.app, signal))
    },
  }),
]

async function* samples(
  api: Client,
  places: () => string[],
  name: string,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  while (!signal.aborted) {
    const lists = await Promise.all(places().map((namespace) => measured(api, namespace, name)))
    yield { event: 'sample', data: { time: new Date().toISOString(), instances: lists.flat() } }
    await pause(everyMs, undefined, { signal, ref: false }).catch(() => undefined) // the caller went away
  }
}

/** A cluster without metrics.k8s.io has nothing to tell. */
async function measured(api: Client, namespace: string, name: string) {
  try {
    const { items } = await api.list(podMetrics, { namespace, labels: `${appLabel}=${name}` })
    return items.map(({ metadata, containers }) => ({
      name: metadata.name,
      cpu: containers.reduce((sum, { usage }) => sum + amount(usage.cpu), 0),
      memory: containers.reduce((sum, { usage }) => sum + amount(usage.memory), 0),
    }))
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'ServiceUnavailable')) return []
    throw error
  }
}

const amount = (quantity: string): number => Number(findQuantity(quantity)?.nanos ?? 0n) / 1e9
