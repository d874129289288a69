import { waitAfter } from '@sampan/kit/backoff'
import { Refused } from './api.ts'

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

/** What a review says of one namespace. */
export interface Rules {
  rules: readonly Rule[]
  /** Whether somebody else than these rules may allow more (webhooks of the cluster). */
  isIncomplete: boolean
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

/** How rights are asked for: tests bring their own. */
export interface Reviews {
  rulesIn(namespace: string): Promise<Rules>
  ask(right: Right): Promise<boolean>
}

export interface Rights {
  /** Undefined while it is not known. */
  answer(right: Right): boolean | undefined
  /** Asks for what is not known or was asked a minute ago. */
  want(rights: readonly Right[]): void
  listen(listener: () => void): () => void
  /** They may be others now; what is known stays until the new answer. */
  askAgain(): void
  /** Somebody else has signed in. */
  forget(): void
}

/** A namespace that nobody has rights in: its rules are those of the whole cluster. */
const nowhere = 'sampan-no-such-namespace'

interface Known<T> {
  value?: T
  /** When it was asked for, in milliseconds. */
  at: number
  /** Resolves when the answer is there or refused. */
  done: Promise<void>
}

const longAgo = Number.NEGATIVE_INFINITY

/**
 * What the user may do, asked for once per namespace and once for the whole cluster, however many buttons want to know. A
 * right that incomplete rules do not give is asked for by itself.
 */
export function createRights({ rulesIn, ask }: Reviews, { staleMs = 60_000, now = Date.now } = {}): Rights {
  const rules = new Map<string, Known<Rules>>()
  const single = new Map<string, Known<boolean>>()
  const listeners = new Set<() => void>()
  let era = 0

  const tell = () => {
    for (const listener of listeners) listener()
  }

  function fresh<T>(known: Map<string, Known<T>>, key: string, load: () => Promise<T>): Promise<void> {
    const found = known.get(key)
    if (found && now() - found.at < staleMs) return found.done
    const one: Known<T> = { value: found?.value, at: now(), done: Promise.resolve() }
    known.set(key, one)
    one.done = answered(one, load)
    return one.done
  }

  async function answered<T>(one: Known<T>, load: () => Promise<T>) {
    const own = era
    for (let failures = 1; own === era; failures++) {
      try {
        one.value = await load()
        if (own === era) tell()
        return
      } catch (error) {
        // A refusal is final until somebody asks again; a lost connection comes back.
        one.at = longAgo
        if (error instanceof Refused) return
        one.at = now()
        await new Promise((resolve) => setTimeout(resolve, waitAfter(failures, { first: 500, most: 10_000 })))
      }
    }
  }

  async function wantOne(right: Right) {
    const namespace = right.namespace ?? nowhere
    await fresh(rules, namespace, () => rulesIn(namespace))
    const known = rules.get(namespace)?.value
    if (known?.isIncomplete && !isAllowed(known.rules, right))
      await fresh(single, JSON.stringify(right), () => ask(right))
  }

  return {
    answer(right) {
      const known = rules.get(right.namespace ?? nowhere)?.value
      if (!known) return undefined
      return isAllowed(known.rules, right) || (known.isIncomplete ? single.get(JSON.stringify(right))?.value : false)
    },
    want: (rights) => {
      for (const right of rights) void wantOne(right)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    askAgain() {
      for (const known of [...rules.values(), ...single.values()]) known.at = longAgo
      for (const namespace of rules.keys()) void fresh(rules, namespace, () => rulesIn(namespace))
      for (const right of single.keys()) void fresh(single, right, () => ask(JSON.parse(right) as Right))
    },
    forget() {
      era++
      rules.clear()
      single.clear()
      tell()
    },
  }
}
