import type { ResourceList } from '@sampan/resources/core/pod-resources'
import { devicesOfClass, totalUsage } from '@sampan/resources/core/quota-usage'
import type { ResourceQuota } from '@sampan/resources/core/resource-quota'
import type { Objects } from '../objects.ts'

/** What the objects in a quota's namespace take of it. */
export function countUsage(quota: ResourceQuota, objects: Objects, namespace = quota.metadata.namespace): ResourceList {
  const plurals = new Set(Object.keys(quota.spec?.hard ?? {}).map(kindOf))
  const all = [...plurals].map((name) => {
    const [plural, ...group] = name.split('.')
    const kind = { group: group.join('.'), plural: plural! }
    return { kind, objects: objects.list(kind, namespace) }
  })
  return totalUsage(quota, all)
}

/** The kind whose objects take of a resource: `count/jobs.batch` → `jobs.batch`, `limits.cpu` → `pods`. */
function kindOf(resource: string): string {
  if (resource.startsWith('count/')) return resource.slice('count/'.length)
  if (resource === 'requests.storage' || resource.includes('storageclass.storage.k8s.io/'))
    return 'persistentvolumeclaims'
  if (resource.endsWith(devicesOfClass)) return 'resourceclaims.resource.k8s.io'
  if (resource.startsWith('services')) return 'services'
  return counted.has(resource) ? resource : 'pods'
}

const counted = new Set(['configmaps', 'persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas', 'secrets'])
