import { api } from './api.ts'

/** A kind the server has, built-in or custom, as its discovery tells. */
export interface ApiKind {
  group: string
  version: string
  kind: string
  plural: string
  isNamespaced: boolean
  verbs: readonly string[]
  shortNames: readonly string[]
  categories: readonly string[]
  /** As `scale`, `status`, `log`. */
  subresources: readonly string[]
  /** The path of all of them, as `/apis/apps/v1/deployments`. */
  path: string
  /** Whether this is the version the server prefers, of those that have the kind. */
  isPreferred: boolean
}

interface Discovery {
  items: {
    metadata: { name?: string }
    versions: {
      version: string
      resources?: {
        resource: string
        responseKind: { kind: string; group?: string }
        scope: 'Namespaced' | 'Cluster'
        shortNames?: string[]
        categories?: string[]
        verbs: string[]
        subresources?: { subresource: string }[]
      }[]
    }[]
  }[]
}

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** Every kind the server serves, core group first. */
export async function kinds(signal?: AbortSignal): Promise<ApiKind[]> {
  const [core, groups] = await Promise.all(
    ['/kube/api', '/kube/apis'].map((path) => api<Discovery>(path, { accept, ...(signal && { signal }) })),
  )
  return [...kindsFrom(core!), ...kindsFrom(groups!)]
}

export const kindsFrom = ({ items }: Discovery): ApiKind[] =>
  items.flatMap(({ metadata: { name: group = '' }, versions }) =>
    versions.flatMap(({ version, resources = [] }, order) =>
      resources.map((one) => ({
        group,
        version,
        kind: one.responseKind.kind,
        plural: one.resource,
        isNamespaced: one.scope === 'Namespaced',
        verbs: one.verbs,
        shortNames: one.shortNames ?? [],
        categories: one.categories ?? [],
        subresources: (one.subresources ?? []).map(({ subresource }) => subresource),
        path: `${group ? `/apis/${group}` : '/api'}/${version}/${one.resource}`,
        // Of those that have the kind: not every version of a group has all its kinds.
        isPreferred: !versions
          .slice(0, order)
          .some((before) => before.resources?.some(({ resource }) => resource === one.resource)),
      })),
    ),
  )

/** The kind behind a word of `kindWord`, in a version it is served in; else in the one the server prefers. */
export function kindByWord(all: readonly ApiKind[], word: string, version?: string): ApiKind | undefined {
  const own = versionsOf(all, word)
  return own.find((kind) => kind.version === version) ?? own.find(({ isPreferred }) => isPreferred)
}

/** Every version a kind is served in, the preferred one first. */
export const versionsOf = (all: readonly ApiKind[], word: string): ApiKind[] =>
  all.filter((kind) => kindWord(kind) === word)

/** The kind as an object names it: `apps/v1`, `Deployment`. Any version when the server no longer has that one. */
export function kindOf(all: readonly ApiKind[], { apiVersion, kind }: { apiVersion?: string; kind?: string }) {
  const [version = '', group = ''] = (apiVersion ?? '').split('/').reverse()
  const own = all.filter((one) => one.kind === kind && one.group === group)
  return own.find((one) => one.version === version) ?? own.find(({ isPreferred }) => isPreferred)
}

export const apiVersionOf = ({ group, version }: Pick<ApiKind, 'group' | 'version'>) =>
  group ? `${group}/${version}` : version

type Named = Pick<ApiKind, 'group' | 'version' | 'plural' | 'isNamespaced'>

/** The word for a kind in addresses of the console: `pods`, `deployments.apps`. */
export const kindWord = ({ plural, group }: Pick<ApiKind, 'plural' | 'group'>) =>
  group ? `${plural}.${group}` : plural

/** The page of an object. */
export const objectPath = (kind: Pick<ApiKind, 'plural' | 'group'>, at: { namespace?: string; name: string }) =>
  `/cluster/kinds/${kindWord(kind)}/${at.namespace ?? '-'}/${encodeURIComponent(at.name)}`

/** The path of a kind in one namespace, or of all of them; of one object with a name. */
export function apiPath(
  { group, version, plural, isNamespaced }: Named,
  at: { namespace?: string; name?: string } = {},
) {
  const root = group ? `/apis/${group}/${version}` : `/api/${version}`
  const space = isNamespaced && at.namespace ? `/namespaces/${encodeURIComponent(at.namespace)}` : ''
  return `${root}${space}/${plural}${at.name === undefined ? '' : `/${encodeURIComponent(at.name)}`}`
}
