import { jsonCopy } from '@sampan/kit/json-copy'
import { compareQuantities } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'
import type { ResourceList } from '@sampan/resources/core/pod-resources'
import { addUsage, isInScope, limitedPart, subtractUsage, usageOf } from '@sampan/resources/core/quota-usage'
import type { ResourceQuota } from '@sampan/resources/core/resource-quota'
import { forbidden } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Store } from '@sampan/store/store'
import { putObject } from '../encode.ts'
import { keyOf } from '../keys.ts'
import { objectOf } from '../objects.ts'
import type { Admission, Admitted } from './interfaces.ts'
import { countUsage } from './quota-count.ts'

const quotas = { group: '', plural: 'resourcequotas' }

interface Charge {
  quota: ResourceQuota
  add: ResourceList
  give: ResourceList
}

/**
 * Keeps namespaces within their quotas. A write is charged to `status.used` in the same turn of the event loop that
 * accepts it, and the charge is stored before the write, so no number of writers at once gets past a limit. What goes
 * away is given back by a controller that counts anew.
 */
export const resourceQuota: Admission = {
  name: 'ResourceQuota',
  concerns: ({ operation, subresource, namespace, definition }) =>
    operation !== 'DELETE' &&
    namespace !== undefined &&
    (subresource === undefined || (definition.plural === 'pods' && subresource === 'resize')),
  validate(write) {
    const charges = chargesOf(write)
    for (const charge of charges) check(write, charge)
    if (write.dryRun) return
    for (const { quota, add, give } of charges) apply(write.objects.store, quota, add, give)
  },
  undo(write) {
    if (write.dryRun) return
    for (const { quota, add, give } of chargesOf(write)) apply(write.objects.store, quota, give, add)
  },
}

/** A new or changed quota knows at once what is used. */
export const quotaUsage: Admission = {
  name: 'ResourceQuotaUsage',
  kinds: [quotas.plural],
  concerns: ({ operation, subresource }) => operation !== 'DELETE' && subresource === undefined,
  mutate({ object, old, objects, namespace }) {
    const quota = object as ResourceQuota
    if (!quota.spec?.hard) return
    const before = old as ResourceQuota | undefined
    if (before && JSON.stringify(before.spec?.hard) === JSON.stringify(quota.spec.hard)) return
    quota.status = { hard: { ...quota.spec.hard }, used: countUsage(quota, objects, namespace) }
  },
}

function chargesOf({ definition, object, old, objects, namespace }: Admitted): Charge[] {
  const all = objects.list<ResourceQuota>(quotas, namespace)
  if (all.length === 0) return []
  return all.flatMap((quota) => {
    const hard = (quota.spec?.hard ?? {}) as ResourceList
    const now = limitedIn(quota, hard, definition, object)
    const before = limitedIn(quota, hard, definition, old)
    const add = positive(now, before)
    const give = positive(before, now)
    return Object.keys(add).length + Object.keys(give).length === 0 ? [] : [{ quota, add, give }]
  })
}

const limitedIn = (
  quota: ResourceQuota,
  hard: ResourceList,
  kind: Admitted['definition'],
  object: KubeObject | undefined,
) => (object && isInScope(quota, kind, object) ? limitedPart(hard, usageOf(kind, object)) : {})

/** Where `a` is more than `b`, by how much. */
function positive(a: ResourceList, b: ResourceList): ResourceList {
  return Object.fromEntries(
    Object.entries(subtractUsage(a, b)).filter(([, value]) => compareQuantities(value, '0') > 0),
  )
}

function check(write: Admitted, { quota, add }: Charge): void {
  const { store } = write.objects
  const { name, namespace } = quota.metadata
  const entry = store.latest(keyOf(quotas, name, namespace))
  if (!entry) return
  const { status, spec } = objectOf<ResourceQuota>(entry)
  const hard = (spec?.hard ?? {}) as ResourceList
  const used = (status?.used ?? {}) as ResourceList
  if (write.definition.plural === 'pods' && !write.old) requireSaid(write, name, hard)
  const over = Object.keys(add).filter(
    (one) => compareQuantities(addUsage({ [one]: used[one] ?? '0' }, { [one]: add[one]! })[one]!, hard[one]!) > 0,
  )
  if (over.length === 0) return
  const list = (values: ResourceList) =>
    over
      .sort()
      .map((one) => `${one}=${values[one] ?? '0'}`)
      .join(',')
  throw forbidden(
    write.definition,
    write.name,
    `exceeded quota: ${name}, requested: ${list(add)}, used: ${list(used)}, limited: ${list(hard)}`,
  )
}

const computed = /^(?:(?:requests|limits)\.)?(?:cpu|memory)$/

/** With a quota on cpu or memory every container has to say what it takes. */
function requireSaid(write: Admitted, quota: string, hard: ResourceList): void {
  const pod = write.object as Pod
  const containers = [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
  const missing = new Map<string, string[]>()
  for (const resource of Object.keys(hard)
    .filter((one) => computed.test(one))
    .sort()) {
    const [which, name] = resource.includes('.')
      ? (resource.split('.') as ['requests' | 'limits', string])
      : (['requests', resource] as const)
    const silent = containers.filter(({ resources }) => resources?.[which]?.[name] === undefined)
    if (silent.length > 0 && pod.spec.resources?.[which]?.[name] === undefined)
      missing.set(resource, silent.map((one) => one.name).sort())
  }
  if (missing.size === 0) return
  const text = [...missing].map(([resource, names]) => `${resource} for: ${names.join(',')}`).join('; ')
  throw forbidden(write.definition, write.name, `failed quota: ${quota}: must specify ${text}`)
}

/** Accepted at once, on disk before the write it is for; the writer does not wait for it on its own. */
function apply(store: Store, { metadata }: ResourceQuota, add: ResourceList, give: ResourceList): void {
  const key = keyOf(quotas, metadata.name, metadata.namespace)
  const entry = store.latest(key)
  if (!entry) return
  const next = jsonCopy(objectOf<ResourceQuota>(entry))
  const used = addUsage((next.status?.used ?? {}) as ResourceList, add)
  next.status = { hard: { ...next.spec?.hard }, ...next.status, used: subtractUsage(used, give) }
  // When this cannot be stored, the write it is for cannot be either: that one reports the failure.
  putObject(store, key, next, entry.modified).catch(() => undefined)
}
