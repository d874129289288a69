import { type Command, Usage } from '../command.ts'
import { secretInput } from '../secret-input.ts'
import { table } from '../table.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

interface SecretRow {
  project: string
  app?: string
  name: string
  pullRequests: boolean
  createdAt?: string
}

export const secrets: Command = {
  summary: 'secrets of pipelines: list, set, remove; values come from standard input',
  usage: '[list | set NAME | remove NAME] [--app APP | --for-project NAME] [--pull-requests]',
  flags: {
    ...appFlags,
    'for-project': { type: 'string' },
    'pull-requests': { type: 'boolean' },
  },
  async run(invocation) {
    const { words, flags, json, out } = invocation
    const [action = 'list', name, ...more] = words
    if (!['list', 'set', 'remove'].includes(action) || more.length > 0 || (action !== 'list' && !name)) {
      throw new Usage(
        'Say: sampan secrets [list | set NAME | remove NAME]. The value of set comes from standard input.',
      )
    }
    const api = await invocation.api()
    const whole = flags['for-project']
    const target = typeof whole === 'string' ? undefined : targetOf(invocation)
    const holder = target ? pathOf(target) : `/api/projects/${encodeURIComponent(String(whole))}`
    const path = `${holder}/secrets`
    if (action === 'list') {
      const own = await api.get<SecretRow[]>(path)
      // The project's are there for every app of it.
      const shared = target
        ? await api.get<SecretRow[]>(`/api/projects/${encodeURIComponent(target.project)}/secrets`)
        : []
      const rows = [
        ...own,
        ...shared.filter(({ name: each }) => !own.some((one) => one.name.toLowerCase() === each.toLowerCase())),
      ]
      if (json) out(`${JSON.stringify(rows)}\n`)
      else if (rows.length === 0) out('No secrets yet: sampan secrets set NAME\n')
      else {
        const cells = rows.map((one) => [
          one.name,
          one.app ?? '(project)',
          one.pullRequests ? 'yes' : 'no',
          one.createdAt,
        ])
        out(table(['NAME', 'APP', 'PULL REQUESTS', 'MADE'], cells))
      }
      return 0
    }
    const at = `${path}/${encodeURIComponent(name!)}`
    if (action === 'remove') {
      await api.remove(at)
      out(json ? `${JSON.stringify({ name, removed: true })}\n` : `${name} is gone.\n`)
      return 0
    }
    const value = await secretInput(`Value of ${name}`, invocation)
    const made = await api.put<SecretRow>(at, {
      value,
      ...(flags['pull-requests'] !== undefined && { pullRequests: flags['pull-requests'] === true }),
    })
    out(json ? `${JSON.stringify(made)}\n` : `${name} is set.\n`)
    return 0
  },
}
