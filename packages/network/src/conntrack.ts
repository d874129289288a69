import type { Log } from '@sampan/kit/log'
import { RunFailed } from '@sampan/kit/run'
import type { Host } from './host.ts'

/** Addresses nothing is sent to any more, and ports of the node that lead somewhere only now. */
export type ForgetFlows = (ips: readonly string[], ports?: readonly number[]) => Promise<void>

/**
 * Drops the kernel's memory of UDP flows to endpoints that are gone: a client that keeps sending would keep them alive
 * and never reach another one. TCP needs none of it. Without the program `conntrack` such flows end by themselves 30 to
 * 120 s after their last packet.
 */
export function flowForgetter(host: Host, log: Log): ForgetFlows {
  let isMissing = false
  return async (ips, ports = []) => {
    const flows = [...ips.map((ip) => ['--reply-src', ip]), ...ports.map((port) => ['--orig-port-dst', String(port)])]
    for (const which of isMissing ? [] : flows) {
      try {
        await host('conntrack', ['-D', '-p', 'udp', ...which])
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
