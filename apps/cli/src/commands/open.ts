import { spawn } from 'node:child_process'
import type { AppRow } from '@sampan/resources/sampan/rows'
import { type Command, Usage } from '../command.ts'
import { appFlags, targetOf } from '../target.ts'

/** Prints the URL; on a desktop it opens there too. */
export const open: Command = {
  summary: "open an app's URL",
  usage: '[APP] [--environment NAME]',
  flags: appFlags,
  async run(invocation) {
    const { words, flags, json, out, env } = invocation
    const target = targetOf(invocation, words[0])
    const rows = await (await invocation.api()).get<AppRow[]>(`/api/apps?project=${encodeURIComponent(target.project)}`)
    const row = rows.find(
      (one) => one.name === target.app && (flags.environment ?? one.environment) === one.environment,
    )
    if (!row) throw new Usage(`There is no app ${target.project}/${target.app}. See: sampan apps`)
    if (!row.url)
      throw new Usage(`${target.app} has no URL yet: ${row.reason ?? 'deploy it with git push sampan main'}`)
    out(json ? `${JSON.stringify({ url: row.url })}\n` : `${row.url}\n`)
    if (env.DISPLAY || env.WAYLAND_DISPLAY) {
      // Best effort by nature: the URL is printed, a missing desktop is no failure.
      spawn('xdg-open', [row.url], { stdio: 'ignore', detached: true })
        .on('error', () => undefined)
        .unref()
    }
    return 0
  },
}
