import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { customResourceDefinition } from '@sampan/resources/apiextensions/custom-resource-definition'
import { namespace } from '@sampan/resources/core/namespace'
import { clusterRole } from '@sampan/resources/rbac/cluster-role'
import { clusterRoleBinding } from '@sampan/resources/rbac/cluster-role-binding'
import { appTemplate } from '@sampan/resources/sampan/app-template'
import { crdFrom } from '@sampan/resources/sampan/crd'
import { ourKinds } from '@sampan/resources/sampan/kinds'
import { builtInTemplates } from './apps/built-in-templates.ts'
import { adminsGroup, buildNamespace, systemNamespace } from './config.ts'
import { everyoneBinding, everyoneRole, roleDefinitions } from './projects/roles.ts'

const how = { fieldManager: 'sampan-platform', force: true }
/** How long the cluster may take to serve our kinds, in milliseconds. */
const patienceMs = 60_000

/**
 * Makes a cluster one that the platform can live in: our kinds, its namespaces, the project roles and the built-in service
 * types. Server-side apply throughout, so every start brings an older installation up to date.
 */
export async function install(client: Client, signal: AbortSignal): Promise<void> {
  await Promise.all(
    ourKinds.map((kind) => client.apply(customResourceDefinition, crdFrom(kind) as never, { ...how, signal })),
  )
  await Promise.all([
    ...[systemNamespace, buildNamespace].map((name) =>
      client.apply(namespace, { metadata: { name } } as never, { ...how, signal }),
    ),
    ...[...roleDefinitions(), everyoneRole].map((role) => client.apply(clusterRole, role, { ...how, signal })),
    ...[adminBinding, everyoneBinding].map((binding) => client.apply(clusterRoleBinding, binding, { ...how, signal })),
    ...ourKinds.map((kind) => established(client, `${kind.plural}.${kind.group}`, signal)),
  ])
  for (const template of await builtInTemplates()) {
    await servedSoon(() => client.apply(appTemplate, template, { ...how, signal }), signal)
  }
}

const adminBinding = {
  metadata: { name: adminsGroup },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: adminsGroup }],
}

async function established(client: Client, name: string, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + patienceMs; ; ) {
    const { status } = await client.get(customResourceDefinition, { name }, { signal })
    const conditions = status?.conditions ?? []
    if (conditions.some((one) => one.type === 'Established' && one.status === 'True')) return
    const refused = conditions.find((one) => one.type === 'NamesAccepted' && one.status === 'False')
    if (refused || Date.now() > end) {
      throw new Error(
        `The cluster does not take the kind ${name}${refused ? `: ${refused.message}` : ' within a minute'}.`,
      )
    }
    await sleep(50, undefined, { signal })
  }
}

/** Some servers need a moment between "established" and the first answer of a new kind. */
async function servedSoon<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const end = Date.now() + patienceMs; ; ) {
    try {
      return await call()
    } catch (error) {
      if (!(error instanceof Error && 'reason' in error && error.reason === 'NotFound') || Date.now() > end) throw error
      await sleep(100, undefined, { signal })
    }
  }
}
