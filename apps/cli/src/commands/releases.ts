import type { ReleaseRow } from '@sampan/resources/sampan/rows'
import type { Command } from '../command.ts'
import { table } from '../table.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

export const releases: Command = {
  summary: 'releases of an app, newest first',
  usage: '[APP]',
  flags: appFlags,
  async run(invocation) {
    const { words, json, out } = invocation
    const rows = await (await invocation.api()).get<ReleaseRow[]>(`${pathOf(targetOf(invocation, words[0]))}/releases`)
    if (json) out(`${JSON.stringify(rows)}\n`)
    else if (rows.length === 0) out('No releases yet: git push sampan main\n')
    else out(table(['RELEASE', 'STATE', 'SERVES', 'COMMIT', 'BY', 'MADE', 'WHAT'], rows.map(cells)))
    return 0
  },
}

const cells = ({ number, commit, by, reason, createdAt, serving, rollouts }: ReleaseRow) => [
  `v${number}`,
  rollouts[0]?.state,
  serving.join(', '),
  commit?.sha.slice(0, 8),
  by,
  createdAt,
  (reason ?? commit?.message ?? '').split('\n')[0]!.slice(0, 60),
]
