import { readFileSync } from 'node:fs'
import { type Api, Refused } from '../api.ts'
import { type Command, Usage } from '../command.ts'
import { pathOf, type Target } from '../target.ts'
import { nameFrom } from './launch.ts'

/** Makes an app of a repository elsewhere, which is followed from then on. */
export const importApp: Command = {
  summary: 'make an app of a git or Subversion repository elsewhere, and follow it',
  usage:
    'URL [--name NAME] [--project NAME] [--branch NAME] [--svn [--path trunk]] [--username NAME --password-stdin] [--poll SECONDS]',
  flags: {
    name: { type: 'string', short: 'n' },
    project: { type: 'string', short: 'p' },
    branch: { type: 'string', short: 'b' },
    svn: { type: 'boolean' },
    path: { type: 'string' },
    username: { type: 'string' },
    'password-stdin': { type: 'boolean' },
    poll: { type: 'string' },
  },
  async run({ words, flags, json, out, api }) {
    const [url] = words
    if (!url || !URL.canParse(url)) throw new Usage('Say which repository: sampan import https://host/owner/name.git')
    const last =
      new URL(url).pathname
        .replace(/\/(trunk)?\/*$/, '')
        .split('/')
        .at(-1) ?? ''
    const name = typeof flags.name === 'string' ? flags.name : nameFrom(last.replace(/\.git$/, ''))
    const target = { project: typeof flags.project === 'string' ? flags.project : 'demo', app: name }
    const branch = typeof flags.branch === 'string' ? { branch: flags.branch } : {}
    if (flags.poll !== undefined && !/^\d+$/.test(String(flags.poll))) throw new Usage('--poll: use whole seconds')
    const password = flags['password-stdin'] ? readFileSync(0, 'utf8').trim() : undefined
    const platform = await api()
    const isNew = await isMissing(platform, target)
    await platform.post(`/api/projects/${encodeURIComponent(target.project)}/apps`, { name, ...branch })
    const found = await followed().catch(async (error: unknown) => {
      // What could not be followed leaves no empty app behind.
      if (isNew) await platform.remove(pathOf(target))
      throw error
    })
    if (json) out(`${JSON.stringify({ ...target, ...found })}\n`)
    else {
      out(`${target.project}/${name} follows ${url}.\n`)
      for (const each of found.pipelines)
        out(`Pipeline ${each} begins: sampan pipelines logs ${target.project}/${name} -f\n`)
    }
    return 0

    async function followed() {
      await platform.put(`${pathOf(target)}/source`, {
        url,
        type: flags.svn || url.startsWith('svn:') ? 'svn' : 'git',
        ...branch,
        ...(typeof flags.path === 'string' && { path: flags.path }),
        ...(flags.poll !== undefined && { pollSeconds: Number(flags.poll) }),
        ...(typeof flags.username === 'string' && { username: flags.username }),
        ...(password && { password }),
      })
      return platform.post<{ pipelines: string[]; skipped: string[] }>(`${pathOf(target)}/sync`)
    }
  },
}

async function isMissing(api: Api, target: Target): Promise<boolean> {
  try {
    await api.get(pathOf(target))
    return false
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return true
    throw error
  }
}
