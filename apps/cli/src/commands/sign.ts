import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { withSignature } from '@sampan/drone/signature'
import { type Command, Usage } from '../command.ts'
import { appFlags, targetOf } from '../target.ts'

/** Signs a pipeline file, so that a protected app runs it without asking. */
export const sign: Command = {
  summary: 'sign a .drone.yml, so that a protected app runs it without approval; owners and maintainers',
  usage: '[FILE] [--app APP] [--print]',
  details:
    'The signature is the last document of the file and takes the place of any before; --print leaves the file alone.',
  flags: { ...appFlags, print: { type: 'boolean' } },
  async run(invocation) {
    const { words, flags, cwd, json, out } = invocation
    const name = words[0] ?? '.drone.yml'
    const file = resolve(cwd, name)
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      throw new Usage(`${name} cannot be read (${(error as NodeJS.ErrnoException).code}). Say: sampan sign FILE`)
    }
    const { project, app } = targetOf(invocation)
    const path = `/api/repos/${encodeURIComponent(project)}/${encodeURIComponent(app)}/sign`
    const { data: hmac } = await (await invocation.api()).post<{ data: string }>(path, { data: text })
    if (!flags.print) writeFileSync(file, withSignature(text, hmac))
    if (json || flags.print) out(json ? `${JSON.stringify({ file: name, hmac })}\n` : `${hmac}\n`)
    else out(`${name} is signed: commit and push it.\n`)
    return 0
  },
}
