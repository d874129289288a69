import type { Client } from '@sampan/client/client'
import { type Controller, controller, watch } from '@sampan/control/controller'
import { again, type Plan, remove, status } from '@sampan/control/plan'
import { customResourceDefinition } from '@sampan/resources/apiextensions/custom-resource-definition'
import { withCondition } from '@sampan/resources/conditions'
import { type Namespace, namespace } from '@sampan/resources/core/namespace'
import { pod } from '@sampan/resources/core/pod'
import type { Definition } from '@sampan/resources/define'
import { pathOf } from '@sampan/resources/define'
import { isReason, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { customKind, keptBuiltInKinds } from './served-kinds.ts'

/** What is left in a namespace that is going. */
export interface Content {
  items: readonly { kind: Definition; objects: readonly KubeObject[] }[]
  /** Why some kind could not be looked at. */
  failures: readonly string[]
}

/** Pods go first, then everything else; what finalizers hold is waited for and named in the conditions. */
export function emptyNamespace(one: Namespace, { items, failures }: Content, now: Date): Plan {
  const left = items.filter(({ objects }) => objects.length > 0)
  const pods = left.filter(({ kind }) => kind.group === '' && kind.plural === 'pods')
  const going = pods.length > 0 ? pods : left
  return [
    ...going.flatMap(({ kind, objects }) =>
      objects.filter(({ metadata }) => !metadata.deletionTimestamp).map((object) => remove(kind, object)),
    ),
    status(namespace, one, { ...one.status, phase: 'Terminating', conditions: conditionsOf(one, left, failures, now) }),
    again(waitFor(one, now)),
  ]
}

/** The longer it takes the less often it is looked at: 20 ms to 10 s. */
function waitFor({ metadata }: Namespace, now: Date): number {
  const age = now.getTime() - Date.parse(metadata.deletionTimestamp ?? '')
  return Math.min(10_000, Math.max(20, age / 20))
}

type Conditions = NonNullable<NonNullable<Namespace['status']>['conditions']>

function conditionsOf(one: Namespace, left: Content['items'], failures: readonly string[], now: Date): Conditions {
  const nameOf = ({ group, plural }: Definition) => (group ? `${plural}.${group}` : plural)
  const remaining = left.map(({ kind, objects }) => `${nameOf(kind)} has ${objects.length} resource instances`)
  const held = new Map<string, number>()
  for (const { objects } of left)
    for (const { metadata } of objects)
      for (const finalizer of metadata.finalizers ?? []) held.set(finalizer, (held.get(finalizer) ?? 0) + 1)
  const finalizers = [...held].map(([name, count]) => `${name} in ${count} resource instances`)
  const said: [string, string[], string, string, string, string][] = [
    [
      'NamespaceDeletionDiscoveryFailure',
      [],
      '',
      'DiscoveryFailed',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      [],
      '',
      'GroupVersionParsingFailed',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      [...failures],
      'Failed to delete all resource types: ',
      'ContentDeletionFailed',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
    [
      'NamespaceContentRemaining',
      remaining,
      'Some resources are remaining: ',
      'SomeResourcesRemain',
      'ContentRemoved',
      'All content successfully removed',
    ],
    [
      'NamespaceFinalizersRemaining',
      finalizers,
      'Some content in the namespace has finalizers remaining: ',
      'SomeFinalizersRemain',
      'ContentHasNoFinalizers',
      'All content-preserving finalizers finished',
    ],
  ]
  let conditions = (one.status?.conditions ?? []) as Conditions
  for (const [type, bad, prefix, badReason, goodReason, good] of said)
    conditions = withCondition<Conditions[number]>(
      conditions,
      bad.length > 0
        ? { type, status: 'True', reason: badReason, message: prefix + bad.join(', ') }
        : { type, status: 'False', reason: goodReason, message: good },
      now,
    )
  return conditions
}

/** Reads, not from caches: what is about to be lost for ever is looked at as it is. */
async function contentOf(client: Client, name: string, kinds: readonly Definition[]): Promise<Content> {
  const failures: string[] = []
  const items = await Promise.all(
    kinds.map(async (kind) => {
      try {
        return { kind, objects: (await client.list(kind, { namespace: name })).items }
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
        if (error.code !== 404 && error.code !== 405) failures.push(`${kind.plural}: ${error.message}`)
        return { kind, objects: [] }
      }
    }),
  )
  return { items, failures }
}

/** Empties namespaces that are being deleted and lets them go. */
export const namespaces = (client: Client): Controller =>
  controller<Namespace>({
    name: 'namespace',
    kind: namespace,
    watches: [
      watch(pod, ({ metadata }, snapshot) => {
        const at = { name: metadata.namespace ?? '' }
        return metadata.deletionTimestamp && snapshot.get(namespace, at)?.metadata.deletionTimestamp ? [at] : []
      }),
    ],
    reads: [customResourceDefinition as unknown as Definition],
    async reconcile(one, snapshot) {
      const isOurs = one.spec.finalizers?.includes('kubernetes')
      if (!one.metadata.deletionTimestamp || !isOurs) return []
      const customKinds = snapshot.list(customResourceDefinition).flatMap((each) => customKind(each) ?? [])
      const kinds = [...keptBuiltInKinds, ...customKinds].filter(({ scope }) => scope === 'Namespaced')
      const content = await contentOf(client, one.metadata.name, kinds)
      const isEmpty = content.failures.length === 0 && content.items.every(({ objects }) => objects.length === 0)
      if (!isEmpty) return emptyNamespace(one, content, snapshot.now)
      await finalize(client, one)
      return []
    },
  })

async function finalize(client: Client, one: Namespace): Promise<void> {
  const finalizers = (one.spec.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes')
  const { name, uid } = one.metadata
  try {
    await client.raw({
      method: 'PUT',
      path: pathOf(namespace, { name, subresource: 'finalize' }),
      headers: { 'content-type': 'application/json' },
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid }, spec: { ...one.spec, finalizers } },
    })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error // it went by itself
  }
}
