import { readFileSync } from 'node:fs'
import { isIP } from '@sampan/kit/ip'
import type { Upstream } from './forward.ts'

/** The name servers of a resolv.conf, except `ownIP`: asking ourselves would go in circles. */
export function upstreamsFrom(text: string, ownIP: string): Upstream[] {
  return text
    .split('\n')
    .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1]?.replace(/%.*$/, ''))
    .filter((address) => address !== undefined && isIP(address) && address !== ownIP)
    .map((address) => ({ address: address!, port: 53 }))
}

/**
 * The host's resolvers, read again at most every 5 s. A local one (127.0.0.53) is good here: the name server runs on the
 * host, and only its pods could not reach it.
 */
export function hostUpstreams(ownIP: string, file = '/etc/resolv.conf'): () => readonly Upstream[] {
  let known: Upstream[] = []
  let readAt = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (now - readAt > 5000) {
      readAt = now
      known = upstreamsFrom(textOf(file), ownIP)
    }
    return known
  }
}

/** No file, no resolvers: then only our own names are answered. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
