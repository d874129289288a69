import { readFileSync } from 'node:fs'
import { type Command, Usage } from '../command.ts'
import { table } from '../table.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

interface Shown {
  url: string
  isSet: boolean
  host?: string
  deliveries: { time: string; host: string; event: string; state: string; message?: string }[]
}

/** The address and secret to give to GitHub, GitLab, Gitea, Forgejo or Gogs, and what came from there. */
export const webhooks: Command = {
  summary: "an app's webhook for GitHub, GitLab, Gitea, Forgejo, Gogs: show (makes the secret at first), reset",
  usage: '[show | reset] [APP] [--secret TEXT] [--status-token-stdin]',
  flags: { ...appFlags, secret: { type: 'string' }, 'status-token-stdin': { type: 'boolean' } },
  async run(invocation) {
    const { words, flags, json, out, api } = invocation
    const isVerb = words[0] === 'show' || words[0] === 'reset'
    const verb = isVerb ? words[0] : 'show'
    const path = `${pathOf(targetOf(invocation, isVerb ? words[1] : words[0]))}/webhook`
    if (words.length > (isVerb ? 2 : 1)) throw new Usage('Say: sampan webhooks [show | reset] [APP]')
    const platform = await api()
    const shown = await platform.get<Shown>(path)
    const token = flags['status-token-stdin'] ? readFileSync(0, 'utf8').trim() : undefined
    if (token) await platform.post(path, { statusToken: token })
    const isNew = verb === 'reset' || !shown.isSet || typeof flags.secret === 'string'
    const made = isNew
      ? await platform.post<{ url: string; secret: string }>(path, {
          ...(typeof flags.secret === 'string' && { secret: flags.secret }),
        })
      : undefined
    if (json) {
      out(`${JSON.stringify({ ...shown, isSet: true, ...made })}\n`)
      return 0
    }
    out(`URL     ${shown.url}\n`)
    out(made ? `Secret  ${made.secret}   (shown this once)\n` : 'Secret  is set; a new one: sampan webhooks reset\n')
    out('Content type: application/json. Events: pushes, tags, pull or merge requests, deletions.\n')
    const rows = shown.deliveries.slice(0, 10)
    if (rows.length > 0) {
      const cells = rows.map(({ time, host, event, state, message }) => [time, host, event, state, message])
      out(`\n${table(['TIME', 'HOST', 'EVENT', 'STATE', 'WHAT'], cells)}`)
    }
    return 0
  },
}
