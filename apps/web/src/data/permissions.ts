import { useEffect, useSyncExternalStore } from 'react'
import { api } from './api.ts'
import { createRights, type Right, type Rights, type Rule } from './rights.ts'

export type { Right } from './rights.ts'

const review = <T>(kind: 'SelfSubjectRulesReview' | 'SelfSubjectAccessReview', spec: unknown) =>
  api<{ status: T }>(`/kube/apis/authorization.k8s.io/v1/${kind.toLowerCase()}s`, {
    method: 'POST',
    body: { apiVersion: 'authorization.k8s.io/v1', kind, spec },
  })

/** What the signed-in user may do, for the whole console. */
export const rights: Rights = createRights({
  async rulesIn(namespace) {
    const { status } = await review<{ resourceRules?: Rule[]; incomplete?: boolean }>('SelfSubjectRulesReview', {
      namespace,
    })
    return { rules: status.resourceRules ?? [], isIncomplete: status.incomplete === true }
  },
  async ask({ verb, group, resource, namespace, name }) {
    const resourceAttributes = { verb, group, resource, ...(namespace && { namespace }), ...(name && { name }) }
    const { status } = await review<{ allowed: boolean }>('SelfSubjectAccessReview', { resourceAttributes })
    return status.allowed
  },
})

/**
 * Whether the signed-in user may do each of these; undefined while it is not known. One request tells of everything in a
 * namespace. The server decides again when it is done: this only keeps what is forbidden from being offered.
 */
export function useMays(wanted: readonly (Right | undefined)[]): (boolean | undefined)[] {
  const key = JSON.stringify(wanted)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is what is wanted as text
  useEffect(() => rights.want(wanted.filter((one) => one !== undefined)), [key])
  const answers = useSyncExternalStore(rights.listen, () => wanted.map(letterFor).join(''))
  return wanted.map((_, i) => (answers[i] === '?' ? undefined : answers[i] === 'y'))
}

/** Answers are compared as text: what has not changed draws nothing again. */
const letterFor = (right: Right | undefined) => {
  const answer = right ? rights.answer(right) : true
  return answer === undefined ? '?' : answer ? 'y' : 'n'
}

export const useMay = (right: Right | undefined): boolean | undefined => useMays([right])[0]
