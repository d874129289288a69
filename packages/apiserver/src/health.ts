import type { Answer, PathHandler } from './handlers.ts'

/** One thing that must be well; throws or answers false when it is not. */
export interface Check {
  name: string
  isWell: () => boolean
}

/** `/healthz`, `/livez`, `/readyz`, as load balancers and kubectl ask. */
export function healthHandlers(checks: readonly Check[]): PathHandler[] {
  const answer = (verbose: boolean, chosen: readonly Check[]): Answer => {
    const results = chosen.map(({ name, isWell }) => ({ name, ok: isWell() }))
    const ok = results.every((one) => one.ok)
    const lines = results.map((one) => (one.ok ? `[+]${one.name} ok` : `[-]${one.name} failed: reason withheld`))
    const text = ok
      ? verbose
        ? `${lines.join('\n')}\nhealthz check passed\n`
        : 'ok'
      : `${lines.join('\n')}\nhealthz check failed\n`
    return { status: ok ? 200 : 500, headers: { 'content-type': 'text/plain; charset=utf-8' }, text }
  }
  return ['/healthz', '/livez', '/readyz'].flatMap((path) => [
    {
      path,
      methods: ['GET'],
      handle: async (call) => answer(call.query.has('verbose'), checks),
    },
    {
      path: `${path}/`,
      methods: ['GET'],
      async handle(call) {
        const name = call.path.slice(path.length + 1)
        const one = checks.filter((check) => check.name === name || name === '' || name === 'ping')
        if (one.length === 0) return { status: 404, text: '404 page not found\n' }
        return answer(call.query.has('verbose'), one)
      },
    } satisfies PathHandler,
  ])
}
