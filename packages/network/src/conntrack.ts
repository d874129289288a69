import type { Log } from '@sampan/kit/log'
import { RunFailed } from '@sampan/kit/run'
import type { Host } from './host.ts'

/**
 * Drops the kernel's memory of UDP flows to endpoints that are gone: a client that keeps sending would keep them alive
 * and never reach another one. TCP needs none of it. Without the program `conntrack` such flows end by themselves 30 to
 * 120 s after their last packet.
 */
export function flowForgetter(host: Host, log: Log): (ips: readonly string[]) => Promise<void> {
  let isMissing = false
  return async (ips) => {
    for (const ip of isMissing ? [] : ips) {
      try {
        await host('conntrack', ['-D', '-p', 'udp', '--reply-src', ip])
      } catch (error) {
        if (error instanceof RunFailed) {
          if (!/0 flow entries/.test(error.result.stderr)) throw error
        } else if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
          isMissing = true
          log.warn('install the package "conntrack": without it UDP clients stay with an endpoint that is gone')
        } else throw error
      }
    }
  }
}
