import { fairSlots, Overloaded } from '@sampan/kit/fair-slots'
import { StatusError } from '@sampan/resources/errors'
import type { Context } from './context.ts'
import { askedIn, targetOf } from './dispatch.ts'
import type { Call } from './handlers.ts'

/** Collections of up to so many objects are answered as quickly as anything else. */
const light = 500

/**
 * Keeps one caller's large lists from starving everybody else: each user has four at a time, one beginning per turn of the
 * event loop, and a line of a hundred; beyond that, TooManyRequests. Resolves with what ends the turn; undefined when the
 * call is light.
 */
export function fairness(context: Context): (call: Call) => Promise<() => void> | undefined {
  const slots = fairSlots({ perKey: 4, waiting: 100 })
  const enter = async (call: Call) => {
    try {
      return await slots.enter(call.user.name)
    } catch (error) {
      if (!(error instanceof Overloaded)) throw error
      throw new StatusError('TooManyRequests', 'too many large lists at once, please try again later', {
        retryAfterSeconds: 1,
      })
    }
  }
  return (call) => (isHeavy(context, call) ? enter(call) : undefined)
}

function isHeavy(context: Context, call: Call): boolean {
  if (call.method !== 'GET') return false
  const { verb, resource } = askedIn(call)
  if (verb !== 'list' || !resource) return false
  const limit = Number(call.query.get('limit') ?? 0)
  if (limit > 0 && limit <= light) return false
  const target = targetOf(context, resource)
  return target !== undefined && context.store.count(target.served.prefix(target.namespace)) > light
}
