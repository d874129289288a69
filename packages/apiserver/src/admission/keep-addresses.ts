import { isIPv4 } from '@sampan/kit/ip'
import type { Log } from '@sampan/kit/log'
import { conditionOf } from '@sampan/resources/conditions'
import type { Service } from '@sampan/resources/core/service'
import { pathOf } from '@sampan/resources/define'
import { ipAddress } from '@sampan/resources/networking/ip-address'
import { type ServiceCidr, serviceCidr } from '@sampan/resources/networking/service-cidr'
import type { Transport } from '@sampan/resources/transport'
import { Compacted, type Store } from '@sampan/store/store'
import { objectsOf } from '../objects.ts'

const managed = { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' }
const pauseMs = 200

/** The addresses Services hold, as objects: an IPAddress for each, made and removed with it; and the range they are from is ready. */
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
    const range = objects.get<ServiceCidr>(serviceCidr, 'kubernetes')
    if (range && !conditionOf(range, 'Ready')) await sayReady(range)
  }

  const sayReady = (range: ServiceCidr) =>
    send(
      'PATCH',
      pathOf(serviceCidr, { name: range.metadata.name, subresource: 'status' }),
      {
        status: {
          conditions: [
            {
              type: 'Ready',
              status: 'True',
              reason: '',
              message: 'Kubernetes Service CIDR is ready',
              lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ''),
            },
          ],
        },
      },
      'application/merge-patch+json',
    )

  const later = () => {
    timer ??= setTimeout(() => {
      look().catch((error: unknown) => {
        if (!signal.aborted) log.error('addresses could not be kept', { error })
      })
    }, pauseMs)
    timer.unref()
  }
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })

  const follow = async () => {
    while (!signal.aborted) {
      later()
      try {
        for await (const _ of store.watch('/core/services/', store.revision, signal)) later()
      } catch (error) {
        // Too much at once: everything is looked at again.
        if (!(error instanceof Compacted)) throw error
      }
    }
  }
  follow().catch((error: unknown) => log.error('addresses are no longer kept', { error }))
}
