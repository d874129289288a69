import { type Api, Refused } from './api.ts'
import type { Invocation } from './command.ts'
import { pathOf, type Target } from './target.ts'

export interface End {
  ok: boolean
  url?: string
  reason?: string
}

/** Shows how a rollout or pipeline goes, line by line, until it ends; with `json` only the end is printed. Gives the exit code. */
export async function follow(
  api: Api,
  target: Target,
  what: { pipeline?: string; rollout?: string },
  { json, out, err, signal }: Pick<Invocation, 'json' | 'out' | 'err' | 'signal'>,
): Promise<number> {
  const query = new URLSearchParams(Object.entries(what).filter(([, name]) => name !== undefined) as [string, string][])
  for await (const { event, data } of api.events(`${pathOf(target)}/progress?${query}`, signal)) {
    if (event === 'line' && !json) err(`${(data as { text: string }).text}\n`)
    if (event !== 'end') continue
    const end = data as End
    if (json) out(`${JSON.stringify({ ...what, ...end })}\n`)
    else out(`${end.ok ? (end.url ?? 'done') : `failed: ${end.reason ?? 'no reason given'}`}\n`)
    return end.ok ? 0 : 1
  }
  throw new Refused(0, 'The connection ended before the deploy did: it goes on. See: sampan apps')
}
