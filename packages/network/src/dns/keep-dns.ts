import { networkInterfaces } from 'node:os'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'
import { encode, RECURSION_DESIRED } from 'dns-packet'
import { overUdp } from './forward.ts'

export interface KeepDnsOptions {
  /** Where the name server should answer now. */
  at: () => { address: string; port: number }
  /** A name it answers by itself. */
  name: string
  /** Puts the address back on this machine. */
  prepare: () => Promise<unknown>
  /** Listens anew. */
  reopen: () => Promise<void>
  clock: Clock
  log: Log
}

const lookMs = 10_000
const answerMs = 2000

/**
 * Asks the name server now and then, as a pod would: its address may be taken off this machine by somebody, its socket may
 * be lost. What is missing is put back, and the log says so. Returns how to stop.
 */
export function keepDns({ at, name, prepare, reopen, clock, log }: KeepDnsOptions): () => void {
  let isClosed = false
  let silences = 0
  let stop = clock.after(lookMs, look)

  function look() {
    void check()
      .catch((error) => log.error('cluster DNS could not be put right, trying again', { error }))
      .then(() => {
        if (!isClosed) stop = clock.after(lookMs, look)
      })
  }

  async function check() {
    const { address, port } = at()
    if (!hasAddress(address)) {
      log.warn('the address of cluster DNS was taken off this machine: putting it back', { address })
      await prepare()
    }
    const question = encode({ type: 'query', id: 0, flags: RECURSION_DESIRED, questions: [{ type: 'A', name }] })
    const answer = await overUdp({ address, port }, question, answerMs)
    silences = answer ? 0 : silences + 1
    if (silences < 2 || isClosed) return // once may be a busy moment
    log.warn('cluster DNS does not answer: listening anew', { address, port })
    await reopen()
    silences = 0
  }

  return () => {
    isClosed = true
    stop()
  }
}

const hasAddress = (ip: string) =>
  Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === ip))
