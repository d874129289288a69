import { type Command, Usage } from '../command.ts'
import { table } from '../table.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

interface Shown {
  wanted: { pullRequests?: boolean; branches?: string[]; maxAgeHours?: number }
  previews: { environment: string; ref?: string; state?: string; url?: string; until?: string; reason?: string }[]
}

/** Environments of their own for pull requests and branches. */
export const previews: Command = {
  summary: 'preview environments of an app: list, set, remove',
  usage:
    '[list [APP] | set [APP] [--pull-requests on|off] [--branch PATTERN]… [--max-age HOURS] | remove NAME [--app APP]]',
  flags: {
    ...appFlags,
    'pull-requests': { type: 'string' },
    branch: { type: 'string', multiple: true },
    'max-age': { type: 'string' },
  },
  async run(invocation) {
    const { words, flags, json, out, api } = invocation
    const [verb = 'list', word] = words
    if (!['list', 'set', 'remove'].includes(verb)) throw new Usage('Say: sampan previews list, set or remove NAME')
    const path = `${pathOf(targetOf(invocation, verb === 'remove' ? undefined : word))}/previews`
    const platform = await api()
    if (verb === 'remove') {
      if (!word) throw new Usage('Which one? Say: sampan previews remove NAME')
      await platform.remove(`${path}/${encodeURIComponent(word)}`)
      out(json ? '{}\n' : `${word} is being removed.\n`)
      return 0
    }
    if (verb === 'set') {
      await platform.put(path, {
        ...(flags['pull-requests'] !== undefined && { pullRequests: flags['pull-requests'] !== 'off' }),
        ...(flags.branch !== undefined && { branches: flags.branch }),
        ...(flags['max-age'] !== undefined && { maxAgeHours: Number(flags['max-age']) }),
      })
    }
    const shown = await platform.get<Shown>(path)
    if (json) out(`${JSON.stringify(shown)}\n`)
    else {
      const { pullRequests, branches = [] } = shown.wanted
      out(`Wanted for ${[...(pullRequests ? ['pull requests'] : []), ...branches].join(', ') || 'nothing'}\n`)
      const rows = shown.previews.map((one) => [one.environment, one.ref, one.state, one.url, one.until, one.reason])
      if (rows.length > 0) out(table(['PREVIEW', 'OF', 'STATE', 'URL', 'UNTIL', 'REASON'], rows))
    }
    return 0
  },
}
