import { type Command, Usage } from '../command.ts'
import { confirmed } from '../confirm.ts'
import { secretInput } from '../secret-input.ts'
import { table } from '../table.ts'

interface User {
  name: string
  title?: string
  email?: string
  groups?: string[]
  disabled?: boolean
}

/** Who may sign in; for administrators. */
export const users: Command = {
  summary: 'who may sign in: list, create, password, delete; for administrators',
  usage: '[list | create NAME [--admin] [--title TEXT] [--email ADDRESS] | password NAME | delete NAME --yes]',
  details:
    'Passwords are asked for, or read from standard input. A new user sees nothing until added to a project (sampan projects add).',
  flags: {
    admin: { type: 'boolean' },
    title: { type: 'string' },
    email: { type: 'string' },
    yes: { type: 'boolean', short: 'y' },
  },
  async run(invocation) {
    const { words, flags, json, out } = invocation
    const [verb = 'list', name, ...more] = words
    if (!['list', 'create', 'password', 'delete'].includes(verb) || more.length > 0 || (verb === 'list') === !!name)
      throw new Usage('Say: sampan users [list | create NAME | password NAME | delete NAME --yes]')
    const api = await invocation.api()
    const at = `/api/users/${encodeURIComponent(name ?? '')}`
    if (verb === 'list') {
      const all = await api.get<User[]>('/api/users')
      const cells = all.map((one) => [
        one.name,
        one.title,
        one.email,
        one.groups?.includes('sampan:admins') ? 'administrator' : one.groups?.join(', '),
        one.disabled ? 'disabled' : undefined,
      ])
      out(json ? `${JSON.stringify(all)}\n` : table(['USER', 'NAME', 'EMAIL', 'IS', ''], cells))
      return 0
    }
    if (verb === 'delete') {
      confirmed(invocation, `This removes user ${name} with all tokens.`)
      await api.remove(at)
      out(json ? `${JSON.stringify({ name })}\n` : `${name} is removed.\n`)
      return 0
    }
    const password = await secretInput(`Password of ${name}`, invocation)
    if (verb === 'password') await api.put(`${at}/password`, { password })
    else {
      const more = {
        ...(typeof flags.title === 'string' && { title: flags.title }),
        ...(typeof flags.email === 'string' && { email: flags.email }),
        ...(flags.admin && { groups: ['sampan:admins'] }),
      }
      await api.post('/api/users', { name, password, ...more })
    }
    out(json ? `${JSON.stringify({ name })}\n` : `${name} may sign in.\n`)
    return 0
  },
}
