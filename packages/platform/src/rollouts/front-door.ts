import { request } from 'node:http'

export interface FrontDoor {
  /** Address and port of the ingress. */
  address: string
  port: number
}

export interface Answer {
  status: number
  /** The first part, enough to compare two answers. */
  body: string
}

/** One GET through the ingress under the real host name. Throws what the connection throws, and on a timeout. */
export function ask({ address, port }: FrontDoor, host: string, path: string, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)])
    const call = request(
      {
        host: address,
        port,
        path,
        method: 'GET',
        agent: false,
        signal: limit,
        headers: { host: port === 80 ? host : `${host}:${port}`, 'user-agent': 'sampan-check', connection: 'close' },
      },
      (response) => {
        const chunks: Buffer[] = []
        let size = 0
        const done = () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8').slice(0, 4096) })
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          size += chunk.length
          // A check wants to know that the app answers, not all it says.
          if (size > 4096) {
            done()
            response.destroy()
          }
        })
        response.on('end', done)
        response.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end()
  })
}

/** Whether a status counts: `200`, `2xx`, or without a rule anything below 500. */
export function accepts(rule: string | undefined, status: number): boolean {
  if (!rule) return status >= 100 && status < 500
  return rule.endsWith('xx') ? Math.floor(status / 100) === Number(rule[0]) : status === Number(rule)
}

/**
 * Whether the app itself answered as it should. An ingress that does not know the host answers too (404 as a rule), so a
 * 404 only counts when a host that surely has no route is answered differently. Throws as `ask`.
 */
export async function answersAsItShould(
  door: FrontDoor,
  host: string,
  check: { path: string; status?: string },
  signal: AbortSignal,
): Promise<{ ok: true } | { ok: false; why: string }> {
  const answer = await ask(door, host, check.path, signal)
  if (!accepts(check.status, answer.status)) {
    return { ok: false, why: `answered ${answer.status}${check.status ? ` instead of ${check.status}` : ''}` }
  }
  if (answer.status === 404) {
    const stranger = await ask(door, 'no-such-route.invalid', check.path, signal)
    if (stranger.status === 404 && stranger.body === answer.body) {
      return { ok: false, why: 'is not known to the ingress (404)' }
    }
  }
  return { ok: true }
}
