import { type Command, Usage } from '../command.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'

export const logs: Command = {
  summary: 'what the instances of an app print',
  usage: '[APP] [-f] [--tail N] [--since 10m] [--environment NAME] [--build]',
  flags: {
    ...appFlags,
    follow: { type: 'boolean', short: 'f' },
    tail: { type: 'string' },
    since: { type: 'string' },
    build: { type: 'boolean' },
  },
  async run(invocation) {
    const { words, flags, json, out, signal } = invocation
    const api = await invocation.api()
    const target = targetOf(invocation, words[0])
    const query = new URLSearchParams()
    for (const name of ['environment', 'tail', 'since'] as const) {
      if (typeof flags[name] === 'string') query.set(name, flags[name])
    }
    if (flags.follow) query.set('follow', 'true')
    const path = flags.build ? await lastBuild(api, target) : `${pathOf(target)}/logs`
    try {
      if (json) for await (const { data } of api.events(`${path}?${query}`, signal)) out(`${JSON.stringify(data)}\n`)
      else for await (const text of api.stream(`${path}?${query}`, signal)) out(text)
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return 0
  },
}

async function lastBuild(
  api: { get<T>(path: string): Promise<T> },
  target: { project: string; app: string },
): Promise<string> {
  const { pipelines } = await api.get<{ pipelines: { metadata: { name: string } }[] }>(pathOf(target))
  if (!pipelines[0]) throw new Usage(`${target.app} has never been built: push to it first.`)
  return `/api/projects/${target.project}/pipelines/${pipelines[0].metadata.name}/logs`
}
