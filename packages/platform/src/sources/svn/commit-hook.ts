/**
 * Subversion's post-commit hook: a program of its own with an empty environment. It tells the platform that there is
 * something new, and nothing else: what it is, the platform reads from the repository. One that is not heard is found by
 * the next look.
 */
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

const [repository = ''] = process.argv.slice(2)
const { socket, ticket } = JSON.parse(readFileSync(join(repository, 'conf', 'sampan.json'), 'utf8')) as {
  socket: string
  ticket: string
}
const call = request({
  socketPath: socket,
  path: '/post-commit',
  method: 'POST',
  headers: { authorization: `Bearer ${ticket}` },
  timeout: 10_000,
})
call.on('timeout', () => call.destroy())
call.on('error', () => process.exit(1))
call.end()
