import { basename, resolve } from 'node:path'
import { Refused } from '../api.ts'
import { type Command, Usage } from '../command.ts'
import { follow } from '../progress.ts'
import { appFlags, pathOf, targetOf } from '../target.ts'
import { filesOf, packed } from './exec-pipeline.ts'
import { nameFrom } from './launch.ts'

/** Sends the working folder as it is, ignored files left out, and waits until it answers. */
export const deploy: Command = {
  summary: 'send this folder as it is, without git, and deploy it',
  usage: '[FOLDER] [--app APP] [--project NAME] [--message TEXT] [--detach]',
  flags: { ...appFlags, message: { type: 'string', short: 'm' }, detach: { type: 'boolean', short: 'd' } },
  async run(invocation) {
    const { words, flags, json, out, err } = invocation
    const cwd = resolve(invocation.cwd, words[0] ?? '.')
    const files = filesOf(cwd)
    if (files.length === 0) throw new Usage(`There are no files in ${cwd}.`)
    const target = meant({ ...invocation, cwd })
    const api = await invocation.api()
    await api.get(pathOf(target)).catch(async (error: unknown) => {
      if (!(error instanceof Refused) || error.status !== 404) throw error
      await api.post(`/api/projects/${encodeURIComponent(target.project)}/apps`, { name: target.app })
    })
    const query = typeof flags.message === 'string' ? `?${new URLSearchParams({ message: flags.message })}` : ''
    const { pipeline } = await api.upload<{ pipeline: { metadata: { name: string } } }>(
      `${pathOf(target)}/source${query}`,
      packed(cwd, files),
      'application/gzip',
    )
    const { name } = pipeline.metadata
    if (flags.detach) {
      out(json ? `${JSON.stringify(pipeline)}\n` : `Pipeline ${name} begins.\n`)
      return 0
    }
    if (!json) err(`Pipeline ${name} of ${target.project}/${target.app}\n`)
    return follow(api, target, { pipeline: name }, invocation)
  },
}

/** The app of the folder, or one named like it. */
function meant(invocation: Parameters<Command['run']>[0]) {
  try {
    return targetOf(invocation)
  } catch (error) {
    if (!(error instanceof Usage) || invocation.flags.app) throw error
    const { project } = invocation.flags
    return { project: typeof project === 'string' ? project : 'demo', app: nameFrom(basename(invocation.cwd)) }
  }
}
