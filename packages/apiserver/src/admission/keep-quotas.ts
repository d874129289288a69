import type { Log } from '@sampan/kit/log'
import type { ResourceList } from '@sampan/resources/core/pod-resources'
import type { ResourceQuota } from '@sampan/resources/core/resource-quota'
import type { Store } from '@sampan/store/store'
import { Compacted } from '@sampan/store/store'
import { putObject } from '../encode.ts'
import { keyOf, prefixOf } from '../keys.ts'
import { objectOf, objectsOf } from '../objects.ts'
import { countUsage } from './quota-count.ts'

const quotas = { group: '', plural: 'resourcequotas' }

/** Changes are gathered this long before a namespace is counted again. */
const pauseMs = 200

/**
 * Gives back what objects took of a quota when they are gone, have ended or have shrunk: counts the namespaces anew in
 * which something was written. Counting and writing happen in one turn, with nothing accepted in between and no write on
 * its way, so a charge of admission is never lost.
 */
export function keepQuotas({ store, log, signal }: { store: Store; log: Log; signal: AbortSignal }): void {
  const objects = objectsOf(store)
  const touched = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const count = async () => {
    timer = undefined
    const namespaces = [...touched]
    touched.clear()
    await store.settled()
    for (const namespace of namespaces)
      for (const quota of objects.list<ResourceQuota>(quotas, namespace)) {
        const { name } = quota.metadata
        const entry = store.get(keyOf(quotas, name, namespace))
        if (!entry || store.latest(entry.key) !== entry) {
          // A charge is on its way: count when it has arrived.
          touched.add(namespace)
          later()
          continue
        }
        write(store, objectOf<ResourceQuota>(entry), countUsage(quota, objects), log)
      }
  }
  const later = () => {
    timer ??= setTimeout(() => {
      count().catch((error: unknown) => log.error('quotas could not be counted', { error }))
    }, pauseMs)
    timer.unref()
  }
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })

  const follow = async () => {
    while (!signal.aborted) {
      for (const { metadata } of objects.list(quotas)) touched.add(metadata.namespace!)
      if (touched.size > 0) later()
      try {
        for await (const changes of store.watch('/', store.revision, signal))
          for (const { type, entry, previous } of changes) {
            const namespace = entry.key.split('/')[3]
            if (!namespace || store.count(prefixOf(quotas, namespace)) === 0) continue
            // Quotas are counted too; what is written into them is not news.
            if (type === 'put' && previous && entry.key.startsWith('/core/resourcequotas/')) continue
            touched.add(namespace)
            later()
          }
      } catch (error) {
        // Too much at once: everything is counted again.
        if (!(error instanceof Compacted)) throw error
      }
    }
  }
  follow().catch((error: unknown) => log.error('quotas are no longer counted', { error }))
}

function write(store: Store, quota: ResourceQuota, used: ResourceList, log: Log): void {
  const { name, namespace, resourceVersion } = quota.metadata
  const hard = (quota.spec?.hard ?? {}) as ResourceList
  const same = (a: ResourceList = {}, b: ResourceList = {}) =>
    Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((key) => a[key] === b[key])
  if (same(quota.status?.used as ResourceList, used) && same(quota.status?.hard as ResourceList, hard)) return
  const next: ResourceQuota = { ...quota, metadata: { ...quota.metadata }, status: { hard, used } }
  putObject(store, keyOf(quotas, name, namespace), next, Number(resourceVersion)).catch((error: unknown) => {
    log.warn('a quota was written by somebody else while it was counted', { name, namespace, error })
  })
}
