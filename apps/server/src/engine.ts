import { join } from 'node:path'
import { keepAddresses } from '@sampan/apiserver/admission/keep-addresses'
import { keepQuotas } from '@sampan/apiserver/admission/keep-quotas'
import { keepAggregated } from '@sampan/apiserver/auth/aggregate'
import { hostUse } from '@sampan/apiserver/metrics/host-use'
import { meter } from '@sampan/apiserver/metrics/meter'
import { kubeletPaths, nodeProxy } from '@sampan/apiserver/metrics/node-proxy'
import { resourceMetrics } from '@sampan/apiserver/metrics/resource-metrics'
import { proxies } from '@sampan/apiserver/streams/proxies'
import { podStreams } from '@sampan/apiserver/streams/streams'
import { caches as openCaches } from '@sampan/client/caches'
import { clientOver } from '@sampan/client/over'
import { recorder } from '@sampan/control/events'
import { metricsRegistry } from '@sampan/control/metrics'
import { runControllers } from '@sampan/control/run-controllers'
import { controllers } from '@sampan/controllers/all'
import { systemClock } from '@sampan/kit/clock'
import { jsonLog, type Log } from '@sampan/kit/log'
import { createNetwork } from '@sampan/network/network'
import { createNode } from '@sampan/node/node'
import { runScheduler } from '@sampan/scheduler/run-scheduler'
import { openApi } from './api.ts'
import { type Config, cgroupOf, networkConfig, pathsOf, savedConfig, stateOf } from './config.ts'
import { runUntilStopped } from './run-until-stopped.ts'

export interface Engine {
  /** Ends the control plane; pods go on running. */
  close(): Promise<void>
}

/** The process `engine` of an instance. */
export async function runEngine(home: string): Promise<number> {
  const config = savedConfig(home)
  if (!config) throw new Error(`${home} has no config.json: "sampan up" writes it`)
  return runUntilStopped(() => startEngine(config, jsonLog()))
}

/** API server, controllers, scheduler, node and network in one process. Resolves when the API answers and pods are looked after. */
export async function startEngine(config: Config, log: Log): Promise<Engine> {
  const paths = pathsOf(config.home)
  const stop = new AbortController()
  const { signal } = stop
  const metrics = metricsRegistry()
  const api = await openApi(config, log, signal, () => metrics.text())
  const { store, objects, transport, transportOf, ca, sign } = api
  const client = clientOver(transportOf('kube-controller-manager'))
  const schedulerClient = clientOver(transportOf('kube-scheduler'))
  const nodeClient = clientOver(transportOf('kubelet'))
  keepAggregated({ objects, transport, signal, log })
  keepQuotas({ store, log, signal })
  keepAddresses({ store, transport, log, signal })
  const caches = openCaches({ client, log })
  const events = recorder({ client, log, clock: systemClock })
  const running = runControllers({
    client,
    caches,
    events,
    log,
    metrics,
    controllers: controllers({ client, ca, sign, log, volumesFolder: paths.volumes }),
  })
  const scheduler = runScheduler({ client: schedulerClient, caches, log, metrics })
  const node = createNode({
    client: nodeClient,
    caches,
    clock: systemClock,
    log: log.with({ part: 'node' }),
    nodeName: config.nodeName,
    nodeIP: config.nodeIP,
    podCIDR: config.network.podCIDR,
    dnsIP: config.network.dnsIP,
    clusterDomain: config.network.clusterDomain,
    apiPort: config.ports.api,
    folders: { pods: paths.pods, logs: paths.podLogs, state: stateOf(config), seccomp: join(config.home, 'seccomp') },
    cgroupRoot: `/${cgroupOf(config.name)}`,
    pidsLimit: config.podPidsLimit,
  })
  const network = createNetwork({
    client: clientOver(transportOf('sampan-network')),
    caches,
    config: networkConfig(config),
    ingressFolder: paths.ingress,
    ingressImage: config.images.ingress,
    clock: systemClock,
    log: log.with({ part: 'network' }),
  })
  const use = meter({ stats: node.stats, host: hostUse, now: () => new Date(), log, signal })
  for (const kind of resourceMetrics(use, objects, config.nodeName)) api.server.addComputedKind(kind)
  for (const handler of [...podStreams(node.streams), ...proxies(), nodeProxy(use, config.nodeName, node.disk)])
    api.server.addSubresource(handler)
  for (const handler of kubeletPaths(use, config.nodeName, node.disk)) api.server.addPath(handler)
  await api.listen()
  await Promise.all([running.synced, node.start(signal), network.start(signal)])
  return {
    async close() {
      stop.abort()
      await Promise.all([scheduler.close(), node.close(), network.close(), running.close()])
      await events.close()
      await caches.close()
      await api.close()
    },
  }
}
