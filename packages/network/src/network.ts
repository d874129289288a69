import { availableParallelism } from 'node:os'
import { type Caches, caches as newCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { recorder as newRecorder } from '@sampan/control/events'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'
import { deployment } from '@sampan/resources/apps/deployment'
import { configMap } from '@sampan/resources/core/config-map'
import { namespace } from '@sampan/resources/core/namespace'
import { ingressClass } from '@sampan/resources/networking/ingress-class'
import { flowForgetter } from './conntrack.ts'
import { forwarder } from './dns/forward.ts'
import { keepDns } from './dns/keep-dns.ts'
import { ensureKubeDns } from './dns/kube-dns.ts'
import { hostUpstreams } from './dns/resolv-conf.ts'
import { type DnsServer, dnsServer } from './dns/server.ts'
import { stubDomainsFrom, upstreamsFor } from './dns/stub-domains.ts'
import { viewOf } from './dns/view.ts'
import { closeFirewall, type Host, openFirewall, prepareHost, restoreHost, thisHost } from './host.ts'
import { type IngressController, ingressController } from './ingress/controller.ts'
import { folderInPod, ingressManifest } from './ingress/manifest.ts'
import type { NetworkConfig } from './network-config.ts'
import { kernelTable, type Nft, nftProgram, removeTable } from './nft/kernel.ts'
import { policies } from './policies/controller.ts'
import { baseTable } from './services/base-table.ts'
import { type ServiceTable, serviceTable } from './services/controller.ts'

export interface NetworkOptions {
  client: Client
  /** Shared with other parts of the same process; own ones when left out. */
  caches?: Caches
  config: NetworkConfig
  /** `<home>/ingress`. */
  ingressFolder: string
  /** Full name of the ingress image; without it no ingress pod is made (the folder is fed all the same). */
  ingressImage?: string
  clock: Clock
  log: Log
  /** How the host is reached; tests enter a network namespace. */
  host?: Host
  nft?: Nft
}

export interface Network {
  /** Begins to work; resolves when Services, DNS and routes are in place. Throws when the host cannot do what it must. */
  start(signal?: AbortSignal): Promise<void>
  /** Resolves when `start` has. */
  ready(): Promise<void>
  /** Stops watching and answering. The kernel's table and nginx stay as they are: pods and Services go on. */
  close(): Promise<void>
}

const firewallMs = 30_000

/** Services, cluster DNS, policies and ingress of one node. */
export function createNetwork(options: NetworkOptions): Network {
  const { client, config, ingressFolder, ingressImage, clock, log, host = thisHost, nft = nftProgram() } = options
  const caches = options.caches ?? newCaches({ client, log, clock })
  const recorder = newRecorder({ client, log, clock })
  const started = Promise.withResolvers<void>()
  started.promise.catch(() => undefined) // whoever calls start or ready hears of it
  let dns: DnsServer | undefined
  let table: ServiceTable | undefined
  let ingress: IngressController | undefined
  let stopFirewall: (() => void) | undefined
  let stopKeeping: (() => void) | undefined
  let isClosed = false
  let hasBegun = false

  async function begin() {
    const [abilities] = await Promise.all([prepareHost(host, config), keepFirewallOpen()])
    if (!abilities.seesBridged)
      log.warn('the kernel has no br_netfilter: network policies between pods cannot be enforced')
    dns = await listen()
    const { port } = dns
    stopKeeping = keepDns({
      at: () => ({ address: config.dnsIP, port }),
      name: `ns.dns.${config.clusterDomain}`,
      prepare: () => prepareHost(host, config),
      reopen: () => listenAgain(port),
      clock,
      log,
    })
    await ensureKubeDns(client, config.dnsIP, port)
    table = await serviceTable({
      client,
      caches,
      recorder,
      config,
      kernel: kernelTable(nft, config.nftTable),
      base: baseTable(config, abilities),
      policies: policies(caches, config.bridge, { ip: config.dnsIP, port: dns.port }),
      dnsPort: dns.port,
      forget: flowForgetter(host, log),
      clock,
      log,
    })
    await table.settled()
    if (ingressImage) await applyManifest(ingressImage)
    ingress = await ingressController({
      client,
      caches,
      recorder,
      config,
      folder: ingressFolder,
      nginx: {
        folder: folderInPod,
        temp: '/var/lib/nginx',
        http: config.ports.http,
        https: config.ports.https,
        workers: Math.min(8, availableParallelism()),
        resolver: config.dnsIP,
        user: 'www-data',
        preamble: ['ndk_http_module', 'ngx_http_lua_module']
          .map((name) => `load_module /usr/lib/nginx/modules/${name}.so;\n`)
          .join(''),
      },
      clock,
      log,
    })
  }

  const view = viewOf(caches)
  const configMaps = caches.of(configMap)
  const ofHost = hostUpstreams(config.dnsIP)
  let stubs = stubDomainsFrom(undefined)
  const stopStubs = configMaps.listen(({ type, object }) => {
    if (object.metadata.namespace !== 'kube-system' || object.metadata.name !== 'kube-dns') return
    stubs = stubDomainsFrom(type === 'put' ? object : undefined)
    for (const problem of stubs.problems) log.warn('ConfigMap kube-system/kube-dns', { problem })
  })
  const answers = forwarder({ upstreams: (name) => upstreamsFor(name, stubs, ofHost), clock })
  const answering = () => ({ view, config, forwarder: answers, address: config.dnsIP, log })

  /** At the port of before, which Services lead to. */
  async function listenAgain(port: number) {
    const before = dns
    dns = undefined
    await before?.close()
    const opened = await dnsServer({ ...answering(), port })
    if (isClosed) await opened.close()
    else dns = opened
  }

  /** At its own address and the usual port; where another program holds that port everywhere, Services lead to a free one. */
  async function listen(): Promise<DnsServer> {
    try {
      return await dnsServer({ ...answering(), port: 53 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      const other = await dnsServer({ ...answering(), port: 0 })
      log.warn('port 53 is taken on every address of this machine; cluster DNS uses another', { port: other.port })
      return other
    }
  }

  /** Docker and firewalls may start after us, and one that cannot be asked now may answer later. */
  async function keepFirewallOpen() {
    try {
      const opened = await openFirewall(host, config)
      if (opened.length > 0) log.info('let the pods through the firewall of this machine', { opened })
    } catch (error) {
      log.warn('the firewall of this machine could not be opened for pods, trying again', { error })
    }
    if (!isClosed) stopFirewall = clock.after(firewallMs, () => void keepFirewallOpen())
  }

  async function applyManifest(image: string) {
    const kinds = { Namespace: namespace, IngressClass: ingressClass, Deployment: deployment }
    for (const object of ingressManifest({ image, folder: ingressFolder }))
      await client.apply(kinds[object.kind as keyof typeof kinds] as never, object as never, {
        fieldManager: 'sampan-network',
        force: true,
      })
  }

  let closing: Promise<void> | undefined
  const close = () => (closing ??= end())

  async function end() {
    isClosed = true
    // A start under way comes to its end first: what it opened is closed too.
    if (hasBegun) await started.promise.catch(() => undefined)
    stopFirewall?.()
    stopKeeping?.()
    stopStubs()
    await ingress?.close()
    await table?.close()
    nft.close?.()
    await dns?.close()
    await recorder.close()
    if (!options.caches) await caches.close()
  }

  return {
    async start(signal) {
      signal?.addEventListener('abort', () => {
        close().catch((error) => log.error('the network did not stop cleanly', { error }))
      })
      hasBegun = true
      begin().then(started.resolve, started.reject)
      await started.promise
    },
    ready: () => started.promise,
    close,
  }
}

/** For uninstalling: takes away the table, the bridge with what CNI put on it, and our door in the firewall. */
export async function removeNetwork(
  config: NetworkConfig,
  host: Host = thisHost,
  nft: Nft = nftProgram(),
): Promise<void> {
  await removeTable(nft, config.nftTable)
  await closeFirewall(host, config)
  await restoreHost(host, config)
}
