import type { IncomingMessage } from 'node:http'
import { StatusError } from '@sampan/resources/errors'

/**
 * Refuses what a page of another site makes a browser send with our cookie. Browsers say where a request comes from in
 * `Sec-Fetch-Site` or `Origin`; other programs send no cookies, so a cookie without either is refused too.
 */
export function requireSameOrigin(request: IncomingMessage): void {
  const { 'sec-fetch-site': site, origin, host } = request.headers
  if (site === 'same-origin' || (site === undefined && origin !== undefined && hostOf(origin) === host)) return
  throw new StatusError('Forbidden', 'This request came from another site; open the console itself and try again.')
}

function hostOf(origin: string) {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
