import { type Command, Usage } from '../command.ts'
import { table } from '../table.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

interface Token {
  id: string
  right: string
  title?: string
  by?: string
  createdAt?: string
}

/** Deploy tokens: for machines that fetch or push one app's repository. */
export const tokens: Command = {
  summary: "deploy tokens of an app's repository: list, create, revoke",
  usage: '[list [APP] | create [APP] [--push] [--title TEXT] | revoke ID [--app APP]]',
  flags: { ...appFlags, push: { type: 'boolean' }, title: { type: 'string' } },
  async run(invocation) {
    const { words, flags, json, out, api } = invocation
    const [verb = 'list', word] = words
    if (!['list', 'create', 'revoke'].includes(verb)) throw new Usage('Say: sampan tokens list, create or revoke ID')
    const path = `${pathOf(targetOf(invocation, verb === 'revoke' ? undefined : word))}/tokens`
    const platform = await api()
    if (verb === 'revoke') {
      if (!word) throw new Usage('Which one? Say: sampan tokens revoke ID')
      await platform.remove(`${path}/${encodeURIComponent(word)}`)
      out(json ? '{}\n' : `${word} is revoked.\n`)
      return 0
    }
    if (verb === 'create') {
      const made = await platform.post<Token & { token: string; url: string }>(path, {
        right: flags.push ? 'push' : 'read',
        ...(typeof flags.title === 'string' && { title: flags.title }),
      })
      out(
        json
          ? `${JSON.stringify(made)}\n`
          : `${made.token}\n\nShown this once. ${made.url}, any user name, this as password.\n`,
      )
      return 0
    }
    const all = await platform.get<Token[]>(path)
    const rows = all.map(({ id, right, title, by, createdAt }) => [id, right, title, by, createdAt])
    out(json ? `${JSON.stringify(all)}\n` : table(['ID', 'RIGHT', 'TITLE', 'BY', 'MADE'], rows))
    return 0
  },
}
