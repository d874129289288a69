import type { KubeObject } from '@sampan/resources/meta'
import { useManyObjects } from './live.ts'

/** Names that fields for Secrets and ConfigMaps offer, by the field's path. */
export type Choices = Readonly<Record<string, readonly string[]>>

/** What the cluster and the platform put into every namespace for themselves. */
const isOwn = ({ metadata }: KubeObject) => /^sampan-|^kube-root-ca\.crt$/.test(metadata.name)

/** Each name once, in order; names that nobody made are left out. */
export const namesOf = (objects: readonly KubeObject[]): string[] =>
  [...new Set(objects.filter((one) => !isOwn(one)).map(({ metadata }) => metadata.name))].toSorted()

/** The Secrets and ConfigMaps an app may name, in the namespaces of its environments. */
export function useEnvSources(namespaces: readonly string[]): Choices {
  const of = (plural: string) =>
    namespaces.map((namespace) => ({ path: `/api/v1/namespaces/${namespace}/${plural}`, form: 'metadata' as const }))
  const secrets = useManyObjects<KubeObject>(of('secrets'))
  const configs = useManyObjects<KubeObject>(of('configmaps'))
  return { secrets: namesOf(secrets.items), configs: namesOf(configs.items) }
}
