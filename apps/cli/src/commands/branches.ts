import { type Command, Usage } from '../command.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

/** Protected branches: maintainers push to them, nobody rewrites or deletes them. */
export const branches: Command = {
  summary: 'protected branches of an app: list, protect, unprotect',
  usage: '[list | protect BRANCH… | unprotect BRANCH…] [--app APP]',
  flags: appFlags,
  async run(invocation) {
    const { words, json, out, api } = invocation
    const [verb = 'list', ...named] = words
    if (!['list', 'protect', 'unprotect'].includes(verb) || (verb !== 'list' && named.length === 0))
      throw new Usage('Say: sampan branches list, protect BRANCH or unprotect BRANCH')
    const path = `${pathOf(targetOf(invocation))}/protected-branches`
    const platform = await api()
    let shown = await platform.get<{ branches: string[] }>(path)
    if (verb !== 'list') {
      const rest = shown.branches.filter((one) => !named.includes(one))
      shown = await platform.put(path, { branches: verb === 'protect' ? [...rest, ...named] : rest })
    }
    out(json ? `${JSON.stringify(shown)}\n` : `${shown.branches.join('\n') || 'No branch is protected.'}\n`)
    return 0
  },
}
