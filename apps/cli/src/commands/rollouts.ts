import type { Rollout } from '@sampan/resources/sampan/rollout'
import { type Command, Usage } from '../command.ts'
import { follow } from '../progress.ts'
import { table } from '../table.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

/** Releases on their way into environments. */
export const rollouts: Command = {
  summary: 'releases on their way into environments: list, approve, cancel',
  usage: '[list | approve | cancel] [APP] [--environment NAME] [--detach]',
  details: 'approve and cancel take the newest rollout of the environment that waits, or is under way.',
  flags: { ...appFlags, detach: { type: 'boolean', short: 'd' } },
  async run(invocation) {
    const { flags, json, out } = invocation
    const isVerb = ['list', 'approve', 'cancel'].includes(invocation.words[0] ?? '')
    const [verb = 'list', word, ...more] = isVerb ? invocation.words : ['list', ...invocation.words]
    if (more.length > 0) throw new Usage('Say: sampan rollouts [list | approve | cancel] [APP] [--environment NAME]')
    const target = targetOf(invocation, word)
    const api = await invocation.api()
    const all = await api.get<Rollout[]>(`${pathOf(target)}/rollouts`)
    const where = typeof flags.environment === 'string' ? flags.environment : undefined
    const fitting = all.filter((one) => !where || one.spec.environment === where)
    if (verb === 'list') {
      const rows = fitting.slice(0, 20).map(cells)
      if (json) out(`${JSON.stringify(fitting)}\n`)
      else if (rows.length === 0) out('No rollouts yet: git push sampan main\n')
      else out(table(['RELEASE', 'ENVIRONMENT', 'STATE', 'BY', 'MADE', 'WHAT', 'WHY'], rows))
      return 0
    }
    const over = ['verified', 'rolledBack', 'failed', 'superseded']
    const meant = fitting.find(({ status }) =>
      verb === 'approve' ? (status?.state ?? 'planned') === 'planned' : !over.includes(status?.state ?? 'planned'),
    )
    if (!meant) {
      const what = verb === 'approve' ? 'waits for approval' : 'is under way'
      throw new Usage(`No rollout of ${target.app}${where ? ` to ${where}` : ''} ${what}. See: sampan rollouts`)
    }
    const { name } = meant.metadata
    const path = `/api/projects/${encodeURIComponent(target.project)}/rollouts/${encodeURIComponent(name)}/${verb}`
    const changed = await api.post<Rollout>(path)
    if (!flags.detach) return follow(api, target, { rollout: name }, invocation)
    out(json ? `${JSON.stringify(changed)}\n` : `${verb} of ${name} is done.\n`)
    return 0
  },
}

const cells = ({ metadata, spec, status }: Rollout) => [
  `v${/(\d+)$/.exec(spec.release)?.[1] ?? spec.release}`,
  spec.environment,
  (status?.state ?? 'planned') === 'planned' ? 'waits' : status?.state,
  spec.by,
  metadata.creationTimestamp,
  spec.reason,
  status?.reason ?? status?.message,
]
