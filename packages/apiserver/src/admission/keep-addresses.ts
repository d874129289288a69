import { isInCidr, isIPv4 } from '@sampan/kit/ip'
import type { Log } from '@sampan/kit/log'
import { conditionOf } from '@sampan/resources/conditions'
import type { Service } from '@sampan/resources/core/service'
import { pathOf } from '@sampan/resources/define'
import { ipAddress } from '@sampan/resources/networking/ip-address'
import { type ServiceCidr, serviceCidr } from '@sampan/resources/networking/service-cidr'
import type { Transport } from '@sampan/resources/transport'
import { Compacted, type Store } from '@sampan/store/store'
import { prefixOf } from '../keys.ts'
import { objectsOf } from '../objects.ts'

const managed = { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }
const finalizer = 'networking.k8s.io/service-cidr-finalizer'
const pauseMs = 200

/**
 * The addresses Services hold, as objects: an IPAddress for each, made and removed with it. Ranges are said to be ready, and
 * one that is deleted stays as long as addresses are in it that no other range has.
 */
export function keepAddresses({
  store,
  transport,
  log,
  signal,
}: {
  store: Store
  /** As the system user. */
  transport: Transport
  log: Log
  signal: AbortSignal
}): void {
  const objects = objectsOf(store)
  let timer: NodeJS.Timeout | undefined

  const send = async (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object, type = 'application/json') => {
    const { status } = await transport.send({
      method,
      path,
      signal,
      ...(body && { body, headers: { 'content-type': type } }),
    })
    // Somebody else was quicker: the next look finds what is there.
    if (status >= 300 && status !== 404 && status !== 409)
      log.warn('an address was not written', { method, path, status })
  }

  const look = async () => {
    timer = undefined
    const wanted = new Map<string, Service>()
    for (const one of objects.list<Service>({ group: '', plural: 'services' }))
      for (const address of one.spec?.clusterIPs ?? []) if (address && address !== 'None') wanted.set(address, one)
    const there = new Map(objects.list(ipAddress).map((one) => [one.metadata.name, one]))
    for (const [address, { metadata }] of wanted)
      if (!there.has(address))
        await send('POST', pathOf(ipAddress), {
          metadata: {
            name: address,
            labels: { ...managed, 'ipaddress.kubernetes.io/ip-family': isIPv4(address) ? 'IPv4' : 'IPv6' },
          },
          spec: { parentRef: { group: '', resource: 'services', namespace: metadata.namespace, name: metadata.name } },
        })
    for (const [address, { metadata }] of there)
      if (!wanted.has(address) && metadata.labels?.['ipaddress.kubernetes.io/managed-by'] === 'ipallocator.k8s.io')
        await send('DELETE', pathOf(ipAddress, { name: address }))
    const ranges = objects.list<ServiceCidr>(serviceCidr)
    for (const range of ranges) await keepRange(range, ranges, [...wanted.keys()])
  }

  const keepRange = async (range: ServiceCidr, all: readonly ServiceCidr[], addresses: readonly string[]) => {
    const { name, finalizers = [], deletionTimestamp, resourceVersion } = range.metadata
    const path = pathOf(serviceCidr, { name })
    const merge = (body: object, at = path) => send('PATCH', at, body, 'application/merge-patch+json')
    const say = async (condition: { status: string; reason: string; message: string }) => {
      if (conditionOf(range, 'Ready')?.status === condition.status) return
      const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, '')
      const others = (range.status?.conditions ?? []).filter(({ type }) => type !== 'Ready')
      await merge(
        { status: { conditions: [...others, { type: 'Ready', ...condition, lastTransitionTime }] } },
        pathOf(serviceCidr, { name, subresource: 'status' }),
      )
    }
    if (!deletionTimestamp) {
      if (!finalizers.includes(finalizer))
        await merge({ metadata: { resourceVersion, finalizers: [...finalizers, finalizer] } })
      return say({ status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' })
    }
    if (!finalizers.includes(finalizer)) return
    const rest = all.filter((one) => one !== range && !one.metadata.deletionTimestamp)
    if (addresses.some((address) => isIn(range, address) && !rest.some((one) => isIn(one, address))))
      return say({
        status: 'False',
        reason: 'Terminating',
        message:
          'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
      })
    await merge({ metadata: { resourceVersion, finalizers: finalizers.filter((one) => one !== finalizer) } })
  }

  const later = () => {
    timer ??= setTimeout(() => {
      look().catch((error: unknown) => {
        if (!signal.aborted) log.error('addresses could not be kept', { error })
      })
    }, pauseMs)
    timer.unref()
  }
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })

  const follow = async (prefix: string) => {
    while (!signal.aborted) {
      later()
      try {
        for await (const _ of store.watch(prefix, store.revision, signal)) later()
      } catch (error) {
        // Too much at once: everything is looked at again.
        if (!(error instanceof Compacted)) throw error
      }
    }
  }
  for (const prefix of ['/core/services/', prefixOf(serviceCidr)])
    follow(prefix).catch((error: unknown) => log.error('addresses are no longer kept', { error }))
}

const isIn = ({ spec }: ServiceCidr, address: string) => (spec.cidrs ?? []).some((cidr) => isInCidr(address, cidr))
