import { setTimeout as sleep } from 'node:timers/promises'
import type { Cri } from './cri/client.ts'
import type { Container } from './pod/containers.ts'
import { check } from './probes/check.ts'

type Hook = NonNullable<NonNullable<Container['lifecycle']>['postStart']>

export interface HookInput {
  cri: Cri
  container: Container
  containerId: string
  podIP: string
  /** At most so long, in milliseconds. */
  timeoutMs: number
  signal?: AbortSignal
}

/** A hook said no. */
export class HookFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'HookFailed'
  }
}

/** Runs a lifecycle hook to its end. Throws HookFailed. */
export async function runHook(hook: Hook, input: HookInput): Promise<void> {
  if (hook.sleep) {
    await sleep(Math.min(hook.sleep.seconds * 1000, input.timeoutMs), undefined, { signal: input.signal }).catch(
      (error: Error) => {
        if (error.name !== 'AbortError') throw error
      },
    )
    return
  }
  const { isOk, output } = await check(hook, input)
  if (!isOk) throw new HookFailed(output)
}
