import { type UseQueryOptions, useQueries } from '@tanstack/react-query'
import { api } from './api.ts'

/** A right in Kubernetes' words; without a namespace it is about the whole cluster. */
export interface Right {
  verb: string
  group: string
  resource: string
  namespace?: string
  name?: string
}

/** A rule as a SelfSubjectRulesReview gives it. */
export interface Rule {
  verbs: readonly string[]
  apiGroups?: readonly string[]
  resources?: readonly string[]
  resourceNames?: readonly string[]
}

/** Whether one of the rules gives the right: Kubernetes' own way to read them. */
export const isAllowed = (rules: readonly Rule[], { verb, group, resource, name }: Right): boolean =>
  rules.some(
    ({ verbs, apiGroups = [], resources = [], resourceNames = [] }) =>
      has(verbs, verb) &&
      has(apiGroups, group) &&
      (has(resources, resource) || resources.includes(`*/${resource.split('/')[1]}`)) &&
      (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))),
  )

const has = (list: readonly string[], wanted: string) => list.includes('*') || list.includes(wanted)

const reviews = '/kube/apis/authorization.k8s.io/v1'

const rulesIn = async (namespace: string): Promise<readonly Rule[]> => {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } }
  const { status } = await api<{ status: { resourceRules: Rule[] } }>(`${reviews}/selfsubjectrulesreviews`, {
    method: 'POST',
    body,
  })
  return status.resourceRules
}

const ask = async ({ verb, group, resource, name }: Right): Promise<boolean> => {
  const resourceAttributes = { verb, group, resource, ...(name && { name }) }
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } }
  const { status } = await api<{ status: { allowed: boolean } }>(`${reviews}/selfsubjectaccessreviews`, {
    method: 'POST',
    body,
  })
  return status.allowed
}

const queryFor = (right: Right | undefined) =>
  right?.namespace === undefined
    ? { queryKey: ['may', right], queryFn: () => (right ? ask(right) : true), staleTime: 60_000 }
    : { queryKey: ['rules', right.namespace], queryFn: () => rulesIn(right.namespace!), staleTime: 60_000 }

const answerOf = (right: Right | undefined, data: boolean | readonly Rule[] | undefined): boolean | undefined =>
  !right || typeof data === 'boolean' || data === undefined
    ? right
      ? (data as boolean | undefined)
      : true
    : isAllowed(data, right)

/**
 * Whether the signed-in user may do each of these; undefined while it is not known. One request tells of everything in a
 * namespace. The server decides again when it is done: this only keeps what is forbidden from being offered.
 */
export function useMays(rights: readonly (Right | undefined)[]): (boolean | undefined)[] {
  const answers = useQueries({
    queries: rights.map((right) => queryFor(right) as UseQueryOptions<boolean | readonly Rule[]>),
  })
  return rights.map((right, i) => answerOf(right, answers[i]!.data))
}

export const useMay = (right: Right | undefined): boolean | undefined => useMays([right])[0]
