import type { KubeObject } from '@sampan/resources/meta'
import { api } from './api.ts'
import { type ApiKind, apiPath, objectPath } from './discovery.ts'
import type { Right } from './permissions.ts'

/** One object of any kind, as lists know it (by name) or as its page does (whole). */
export interface ObjectTarget {
  kind: ApiKind
  namespace?: string
  name: string
  object?: KubeObject
}

export const targetOf = (kind: ApiKind, object: KubeObject): ObjectTarget => ({
  kind,
  name: object.metadata.name,
  ...(object.metadata.namespace && { namespace: object.metadata.namespace }),
  object,
})

export const hrefOf = ({ kind, namespace, name }: ObjectTarget, tab?: string) =>
  objectPath(kind, { name, ...(namespace && { namespace }) }) + (tab ? `?tab=${tab}` : '')

export const rightTo =
  (verb: string, subresource?: string) =>
  ({ kind: { group, plural }, namespace, name }: ObjectTarget): Right => ({
    verb,
    group,
    resource: subresource ? `${plural}/${subresource}` : plural,
    ...(namespace && { namespace }),
    name,
  })

/** The path of the object itself in the API, behind `/kube`. */
export const kubePath = ({ kind, namespace, name }: ObjectTarget, subresource?: string) =>
  `/kube${apiPath(kind, { name, ...(namespace && { namespace }) })}${subresource ? `/${subresource}` : ''}`

export const readObject = <T extends KubeObject>(target: ObjectTarget, signal?: AbortSignal) =>
  api<T>(kubePath(target), signal ? { signal } : {})

/** JSON merge patch: for what concerns few fields and nobody else's. */
export const patchObject = (target: ObjectTarget, body: unknown, subresource?: string) =>
  api<KubeObject>(kubePath(target, subresource), { method: 'PATCH', type: 'application/merge-patch+json', body })

export const removeObject = (target: ObjectTarget) =>
  api<unknown>(`${kubePath(target)}?propagationPolicy=Background`, { method: 'DELETE' })

export const isWorkload = ({ group, plural }: Pick<ApiKind, 'group' | 'plural'>) =>
  group === 'apps' && ['deployments', 'statefulsets', 'daemonsets'].includes(plural)

export const isPod = ({ group, plural }: Pick<ApiKind, 'group' | 'plural'>) => group === '' && plural === 'pods'
export const isNode = ({ group, plural }: Pick<ApiKind, 'group' | 'plural'>) => group === '' && plural === 'nodes'
export const isSecret = ({ group, plural }: Pick<ApiKind, 'group' | 'plural'>) => group === '' && plural === 'secrets'
