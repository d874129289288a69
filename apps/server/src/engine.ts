import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { dirname, join } from 'node:path'
import { keepQuotas } from '@sampan/apiserver/admission/keep-quotas'
import { standardAdmission } from '@sampan/apiserver/admission/standard'
import { auditFile } from '@sampan/apiserver/audit/file'
import { keepAggregated } from '@sampan/apiserver/auth/aggregate'
import { createAuth } from '@sampan/apiserver/auth/auth'
import { bootstrap } from '@sampan/apiserver/auth/bootstrap'
import { systemUser } from '@sampan/apiserver/auth/interfaces'
import { kubeconfigText } from '@sampan/apiserver/auth/kubeconfig'
import { type OidcOptions, oidcReader } from '@sampan/apiserver/auth/oidc'
import { apiNames, openPki } from '@sampan/apiserver/auth/pki'
import { hostUse } from '@sampan/apiserver/metrics/host-use'
import { meter } from '@sampan/apiserver/metrics/meter'
import { nodeProxy } from '@sampan/apiserver/metrics/node-proxy'
import { resourceMetrics } from '@sampan/apiserver/metrics/resource-metrics'
import { objectsOf } from '@sampan/apiserver/objects'
import { type ApiServer, createApiServer } from '@sampan/apiserver/server'
import { proxies } from '@sampan/apiserver/streams/proxies'
import { podStreams } from '@sampan/apiserver/streams/streams'
import { caches as openCaches } from '@sampan/client/caches'
import { clientOver } from '@sampan/client/over'
import { recorder } from '@sampan/control/events'
import { runControllers } from '@sampan/control/run-controllers'
import { controllers } from '@sampan/controllers/all'
import { systemClock } from '@sampan/kit/clock'
import { jsonLog, type Log } from '@sampan/kit/log'
import { createNetwork } from '@sampan/network/network'
import { createNode } from '@sampan/node/node'
import { builtInKinds } from '@sampan/resources/kinds'
import { runScheduler } from '@sampan/scheduler/run-scheduler'
import { sqliteStore } from '@sampan/store/sqlite'
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
  const [pki, store] = await Promise.all([openKeys(config), sqliteStore({ path: paths.database })])
  const objects = objectsOf(store)
  const parts = createAuth({
    objects,
    serviceAccountKey: pki.serviceAccountKey,
    issuer: `https://kubernetes.default.svc.${config.network.clusterDomain}`,
    readers: providers(config.home).map(oidcReader),
    signal,
  })
  const policyFile = join(config.home, 'audit-policy.yaml')
  const audit = await auditFile({
    path: join(paths.logs, 'audit.log'),
    ...(existsSync(policyFile) && { policyFile }),
    ownUsers: ['sampan:platform'],
    log,
  })
  const api = createApiServer({
    store,
    audit,
    definitions: builtInKinds,
    auth: parts.auth,
    admission: standardAdmission({ serviceCIDR: config.network.serviceCIDR }, parts.admission),
    subresources: parts.subresources,
    virtualKinds: parts.virtualKinds,
    paths: parts.paths,
    serverAddress: `${config.nodeIP}:${config.ports.api}`,
    log,
  })
  const transport = api.transport(systemUser)
  const client = clientOver(transport)
  await bootstrap({
    transport,
    objects,
    ca: pki.ca,
    nodeIP: config.nodeIP,
    apiPort: config.ports.api,
    apiServiceIP: config.network.apiServiceIP,
    serviceCIDR: config.network.serviceCIDR,
    signal,
  })
  keepAggregated({ objects, transport, signal, log })
  keepQuotas({ store, log, signal })
  const caches = openCaches({ client, log })
  const events = recorder({ client, log, clock: systemClock })
  const running = runControllers({ client, caches, events, log, controllers: controllers({ client, ca: pki.ca, log }) })
  const scheduler = runScheduler({ client, caches, log })
  const node = createNode({
    client,
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
  })
  const network = createNetwork({
    client,
    caches,
    config: networkConfig(config),
    ingressFolder: paths.ingress,
    ingressImage: config.images.ingress,
    clock: systemClock,
    log: log.with({ part: 'network' }),
  })
  const use = meter({ stats: node.stats, host: hostUse, now: () => new Date(), log, signal })
  for (const kind of resourceMetrics(use, objects, config.nodeName)) api.addComputedKind(kind)
  for (const handler of [...podStreams(node.streams), ...proxies(), nodeProxy(use, config.nodeName)])
    api.addSubresource(handler)
  const https = await listen(config, api, pki, log)
  writeKubeconfigs(config, pki)
  await Promise.all([running.synced, node.start(signal), network.start(signal)])
  return {
    async close() {
      stop.abort()
      https.closeAllConnections()
      https.close()
      await Promise.all([scheduler.close(), node.close(), network.close(), running.close()])
      await events.close()
      await caches.close()
      await api.close()
      audit.close()
      await store.close()
    },
  }
}

/** OpenID Connect providers whose tokens the API accepts: `<home>/oidc.json`, a list of `OidcOptions`. */
function providers(home: string): OidcOptions[] {
  const file = join(home, 'oidc.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as OidcOptions[]) : []
}

type Keys = Awaited<ReturnType<typeof openKeys>>

const openKeys = (config: Config) =>
  openPki({
    folder: pathsOf(config.home).pki,
    dnsNames: [...apiNames(config.network.clusterDomain), config.nodeName],
    addresses: ['127.0.0.1', '::1', config.nodeIP, config.network.apiServiceIP],
    clients: {
      admin: { user: 'admin', groups: ['system:masters'] },
      platform: { user: 'sampan:platform', groups: ['system:masters'] },
    },
    now: new Date(),
  })

async function listen(config: Config, api: ApiServer, pki: Keys, log: Log): Promise<Server> {
  const server = createServer(
    {
      ca: pki.ca,
      cert: pki.serving.cert,
      key: pki.serving.key,
      requestCert: true,
      rejectUnauthorized: false,
      // Watches and followed logs stay open for as long as clients like.
      requestTimeout: 0,
      keepAliveTimeout: 120_000,
    },
    api.handler,
  )
  server.on('upgrade', api.upgrade)
  server.on('tlsClientError', () => undefined) // scanners and probes: nothing of ours went wrong
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.ports.api, resolve)
  })
  log.info('the API answers', { port: config.ports.api })
  return server
}

/** The administrator's, for people; the platform's own. Written only when they changed. */
function writeKubeconfigs(config: Config, pki: Keys) {
  const paths = pathsOf(config.home)
  const server = `https://127.0.0.1:${config.ports.api}`
  const name = config.name === 'default' ? 'sampan' : `sampan-${config.name}`
  writePrivate(
    paths.kubeconfig,
    kubeconfigText({ name, server, ca: pki.ca, user: 'admin', credentials: pki.clients.admin }),
  )
  writePrivate(
    paths.platformKubeconfig,
    kubeconfigText({ name, server, ca: pki.ca, user: 'sampan:platform', credentials: pki.clients.platform }),
  )
}

function writePrivate(file: string, text: string) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
