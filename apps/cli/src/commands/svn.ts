import { Refused } from '../api.ts'
import type { Command } from '../command.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

/** Gives an app a Subversion repository here, and whoever asks a password for it. */
export const svn: Command = {
  summary: 'a Subversion repository for an app, and a password for you',
  usage: '[PROJECT/APP]',
  flags: appFlags,
  async run(invocation) {
    const { words, json, out, api } = invocation
    const target = targetOf(invocation, words[0])
    const platform = await api()
    const found = await platform
      .get<{ app: { spec: { source: { type: string } } } }>(pathOf(target))
      .catch(async (error: unknown) => {
        if (!(error instanceof Refused) || error.status !== 404) throw error
        await platform.post(`/api/projects/${encodeURIComponent(target.project)}/apps`, { name: target.app })
        return undefined
      })
    if (found?.app.spec.source.type !== 'svn') await platform.put(`${pathOf(target)}/source`, { type: 'svn' })
    const made = await platform.post<{ url: string; user: string; password: string }>(`${pathOf(target)}/svn-password`)
    out(
      json
        ? `${JSON.stringify(made)}\n`
        : `URL       ${made.url}\nUser      ${made.user}\nPassword  ${made.password}   (shown this once)\n\nCommit to ${made.url}/trunk\n`,
    )
    return 0
  },
}
