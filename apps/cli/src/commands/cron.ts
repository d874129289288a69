import { type Command, Usage } from '../command.ts'
import { table } from '../table.ts'
import { appFlags, type Target, targetOf } from '../target.ts'

interface Job {
  name: string
  expr: string
  branch: string
  target?: string
  disabled?: boolean
  /** Seconds since 1970. */
  next: number
}

const jobsPath = ({ project, app }: Target) =>
  `/api/repos/${encodeURIComponent(project)}/${encodeURIComponent(app)}/cron`

/** Pipelines that run by the clock. */
export const cron: Command = {
  summary: 'runs by the clock: list, set, remove',
  usage: '[list | set NAME EXPRESSION | remove NAME] [--app APP] [--branch NAME] [--target NAME] [--off | --on]',
  details: `EXPRESSION: five fields as in crontab, six with seconds first, or @hourly, @daily, @weekly, @monthly, @yearly; UTC.
Such a run has the event cron: sampan cron set nightly "0 3 * * *"`,
  flags: {
    ...appFlags,
    branch: { type: 'string', short: 'b' },
    target: { type: 'string' },
    on: { type: 'boolean' },
    off: { type: 'boolean' },
  },
  async run(invocation) {
    const { words, flags, json, out } = invocation
    const [verb = 'list', name, expr, ...more] = words
    const counts: Record<string, number> = { list: 0, set: 2, remove: 1 }
    const least = flags.on || flags.off ? 1 : counts.set
    const isGood = verb === 'set' ? words.length > least! && more.length === 0 : words.length - 1 === counts[verb]
    if (words.length > 0 && !isGood) throw new Usage('Say: sampan cron [list | set NAME EXPRESSION | remove NAME]')
    const path = jobsPath(targetOf(invocation))
    const api = await invocation.api()
    const one = `${path}/${encodeURIComponent(name ?? '')}`
    if (verb === 'remove') {
      await api.remove(one)
      out(json ? '{}\n' : `${name} is removed.\n`)
      return 0
    }
    const jobs = await api.get<Job[]>(path)
    if (verb === 'list') {
      const rows = jobs.map((job) => [job.name, job.expr, job.branch, job.target, job.disabled ? 'off' : timeOf(job)])
      if (json) out(`${JSON.stringify(jobs)}\n`)
      else if (rows.length === 0) out('No cron jobs: sampan cron set nightly @daily\n')
      else out(table(['NAME', 'WHEN', 'BRANCH', 'TARGET', 'NEXT'], rows))
      return 0
    }
    const wanted = {
      ...(expr && { expr }),
      ...(typeof flags.branch === 'string' && { branch: flags.branch }),
      ...(typeof flags.target === 'string' && { target: flags.target }),
      ...((flags.on || flags.off) && { disabled: flags.off === true }),
    }
    const isThere = jobs.some((job) => job.name === name)
    const made = isThere ? await api.patch<Job>(one, wanted) : await api.post<Job>(path, { name, ...wanted })
    out(json ? `${JSON.stringify(made)}\n` : `${name}: ${made.disabled ? 'off' : `next at ${timeOf(made)}`}\n`)
    return 0
  },
}

const timeOf = ({ next }: Job) => new Date(next * 1000).toISOString()
