import type { AppRow } from '@sampan/resources/sampan/rows'
import type { Command } from '../command.ts'
import { table } from '../table.ts'

export const apps: Command = {
  summary: 'apps with state, release and URL',
  usage: '[--project NAME]',
  flags: { project: { type: 'string', short: 'p' } },
  async run({ flags, json, out, api }) {
    const only = typeof flags.project === 'string' ? `?project=${encodeURIComponent(flags.project)}` : ''
    const rows = await (await api()).get<AppRow[]>(`/api/apps${only}`)
    if (json) out(`${JSON.stringify(rows)}\n`)
    else if (rows.length === 0) out('No apps yet. In a source folder: sampan launch\n')
    else out(table(['APP', 'ENVIRONMENT', 'STATE', 'RELEASE', 'INSTANCES', 'URL', 'REASON'], rows.map(cells)))
    return 0
  },
}

const cells = ({ project, name, environment, state, release, ready, replicas, url, reason }: AppRow) => [
  `${project}/${name}`,
  environment,
  state,
  release,
  replicas === undefined ? undefined : `${ready ?? 0}/${replicas}`,
  url,
  reason,
]
