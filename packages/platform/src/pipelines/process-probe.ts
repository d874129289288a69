import type { Client } from '@sampan/client/client'
import { buildNamespace } from '../config.ts'
import { isOutOfProcesses } from './failure.ts'

export interface ProcessProbe {
  /**
   * Whether a step has used up the processes it may have and hangs on them, as far as is known: asking happens aside, so
   * the answer is that of the last look.
   */
  isFull(pod: string, startedAt: string | undefined, now: Date): boolean
}

const firstAfterMs = 10_000
const everyMs = 20_000
const patienceMs = 15_000
const remembered = 200

/** A container at its limit cannot start one more process: it is asked to, in a way that only does that. */
export function processProbe({ client }: { client: Pick<Client, 'exec'> }): ProcessProbe {
  const known = new Map<string, { asked: number; full: number }>()

  async function ask(pod: string): Promise<boolean> {
    try {
      // The brackets make the shell fork; without a shell in the image nothing is learnt.
      const { code, stderr } = await client.exec({ namespace: buildNamespace, name: pod }, ['/bin/sh', '-c', '(:)'], {
        container: 'step',
        signal: AbortSignal.timeout(patienceMs),
      })
      return code !== 0 && isOutOfProcesses(stderr)
    } catch (error) {
      // Gone meanwhile, too busy to answer, or nothing to ask with: nobody knows.
      if (error instanceof Error) return false
      throw error
    }
  }

  return {
    isFull(pod, startedAt, now) {
      const began = Date.parse(startedAt ?? '')
      const before = known.get(pod) ?? { asked: 0, full: 0 }
      const isDue =
        now.getTime() - began > firstAfterMs && now.getTime() - before.asked > (before.full > 0 ? 3000 : everyMs)
      if (isDue) {
        known.set(pod, { ...before, asked: now.getTime() })
        for (const oldest of known.keys()) {
          if (known.size <= remembered) break
          known.delete(oldest)
        }
        void ask(pod).then((full) => {
          const last = known.get(pod)
          if (last) known.set(pod, { ...last, full: full ? last.full + 1 : 0 })
        })
      }
      // Once may be a moment's peak.
      return before.full >= 2
    },
  }
}
