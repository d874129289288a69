import type { Client } from '@sampan/client/client'
import { apiVersionOf, type Definition, defineResource } from '@sampan/resources/define'
import { notFound } from '@sampan/resources/errors'
import { builtInKinds } from '@sampan/resources/kinds'
import { ourKinds } from '@sampan/resources/sampan/kinds'

/** Finds the definition of what a YAML document names; throws NotFound when the cluster does not have the kind. */
export type KindOf = (named: { apiVersion: string; kind: string }) => Promise<Definition>

/** Knows the built-in kinds and ours; asks the cluster's discovery for any other, and remembers. */
export function kindOf(client: Client): KindOf {
  const known = new Map<string, Definition>()
  for (const one of [...builtInKinds, ...ourKinds]) known.set(`${apiVersionOf(one)} ${one.kind}`, one)
  return async ({ apiVersion, kind }) => {
    const key = `${apiVersion} ${kind}`
    const found = known.get(key) ?? (await discovered(client, apiVersion, kind))
    known.set(key, found)
    return found
  }
}

interface ResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[]
}

async function discovered(client: Client, apiVersion: string, kind: string): Promise<Definition> {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/', 2) : ['', apiVersion]
  const answer = await client.raw({ method: 'GET', path: group ? `/apis/${apiVersion}` : `/api/${apiVersion}` })
  const { resources } = (await answer.object()) as ResourceList
  const found = resources.find((one) => one.kind === kind && !one.name.includes('/'))
  if (!found) throw notFound({ plural: kind.toLowerCase(), group: group! }, kind)
  return defineResource({
    group: group!,
    version: version!,
    kind,
    plural: found.name,
    scope: found.namespaced ? 'Namespaced' : 'Cluster',
  })
}
