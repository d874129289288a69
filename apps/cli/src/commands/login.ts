import { createInterface } from 'node:readline/promises'
import { text as textOf } from 'node:stream/consumers'
import { apiAt } from '../api.ts'
import { type Command, Usage } from '../command.ts'
import { contextFrom, saveContext } from '../context.ts'

/** Signs in and keeps the token for this user of the machine. The password is asked for, or read from standard input. */
export const login: Command = {
  summary: 'sign in to a platform',
  usage: '[URL] [--user NAME] [--password-stdin]',
  flags: { user: { type: 'string', short: 'u' }, 'password-stdin': { type: 'boolean' } },
  async run({ words, flags, env, json, out }) {
    const server = (words[0] ?? addressFrom(flags, env)).replace(/\/+$/, '')
    if (!/^https?:\/\//.test(server)) throw new Usage(`${server} is no address: say it as http://host:7070`)
    const user = typeof flags.user === 'string' ? flags.user : 'admin'
    const password = flags['password-stdin']
      ? (await textOf(process.stdin)).trim()
      : await asked(`Password of ${user}: `)
    const answer = await apiAt({ server, token: '' }).post<{ token: string; user: { name: string } }>('/api/login', {
      user,
      password,
    })
    const file = saveContext({ server, token: answer.token }, env)
    out(
      json
        ? `${JSON.stringify({ server, user: answer.user.name, file })}\n`
        : `Signed in at ${server} as ${answer.user.name}.\n`,
    )
    return 0
  },
}

function addressFrom(flags: { server?: unknown }, env: NodeJS.ProcessEnv): string {
  return typeof flags.server === 'string' ? flags.server : contextFrom({ ...flags, token: 'none' }, env).server
}

/** Asks on the terminal without showing what is typed. */
async function asked(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new Usage('There is no terminal to ask for the password on: use --password-stdin.')
  process.stderr.write(question)
  const ask = createInterface({ input: process.stdin, terminal: true, output: undefined })
  const answer = await ask.question('')
  ask.close()
  process.stderr.write('\n')
  return answer
}
