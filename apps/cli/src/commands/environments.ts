import type { Environment } from '@sampan/resources/sampan/environment'
import { type Command, Usage } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { table } from '../table.ts'
import { targetOf } from '../target.ts'

/** Where releases run, in the order they go. */
export const environments: Command = {
  summary: 'environments of a project: list, create, delete',
  usage: '[list | create NAME [--approval] | delete NAME --yes] [--project NAME]',
  details: `With --approval a release enters only when an owner or maintainer approves its rollout
(sampan rollouts approve). Releases are made for the environments there are at that time: after creating
one, run the pipeline again (sampan pipelines restart) before you promote.`,
  flags: {
    project: { type: 'string', short: 'p' },
    approval: { type: 'boolean' },
    yes: { type: 'boolean', short: 'y' },
  },
  async run(invocation) {
    const { words, flags, json, out } = invocation
    const [verb = 'list', name, ...more] = words
    if (!['list', 'create', 'delete'].includes(verb) || more.length > 0 || (verb === 'list') !== (name === undefined))
      throw new Usage('Say: sampan environments [list | create NAME [--approval] | delete NAME --yes] --project NAME')
    const project = typeof flags.project === 'string' ? flags.project : targetOf(invocation).project
    const api = await invocation.api()
    const at = `/api/projects/${encodeURIComponent(project)}/environments`
    if (verb === 'create') {
      const made = await api.post<Environment>(at, { name, policy: flags.approval ? 'approval' : 'automatic' })
      const how = flags.approval ? 'asks for approval' : 'takes every release by itself'
      out(json ? `${JSON.stringify(made)}\n` : `Environment ${name} of ${project} ${how}.\n`)
      return 0
    }
    if (verb === 'delete') {
      confirmed(invocation, `This removes ${name} of ${project} with everything that runs there.`)
      await api.remove(`${at}/${encodeURIComponent(name!)}`)
      out(json ? `${JSON.stringify({ project, name })}\n` : `Environment ${name} is being removed.\n`)
      return 0
    }
    const { items } = await api.get<{ items: Environment[] }>(
      `/kube/apis/sampan.dev/v1/namespaces/${encodeURIComponent(project)}/environments`,
    )
    const found = items.toSorted((a, b) => a.spec.order - b.spec.order)
    const rows = found.map(({ metadata, spec, status }) => [metadata.name, spec.policy, spec.domain, status?.namespace])
    out(json ? `${JSON.stringify(found)}\n` : table(['ENVIRONMENT', 'POLICY', 'DOMAIN', 'NAMESPACE'], rows))
    return 0
  },
}
