import { mkdir, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { runOrThrow } from '@sampan/kit/run'
import { serveGit } from '../git/backend.ts'
import { basicFrom } from '../git/basic.ts'
import { gitRequestFrom } from '../git/route.ts'

/** For tests: a code host with one repository, `/git/octo/hello.git`, and the API for commit statuses that all of them have. */
export interface PretendHost {
  url: string
  origin: string
  /** Commits files on a branch (made when it is not there) and gives the commit. */
  commit(branch: string, files: Record<string, string>, message?: string): Promise<string>
  git(...args: string[]): Promise<string>
  /** Once set, only this name and password are let in. */
  password?: string
  /** What was posted: path and JSON. */
  posted: { path: string; headers: IncomingMessage['headers']; body: Record<string, string> }[]
  /** Status of the next answers to posts. */
  answers: number[]
  requests: string[]
  close(): Promise<void>
}

export async function pretendHost(folder: string): Promise<PretendHost> {
  const bare = join(folder, 'octo', 'hello.git')
  const work = join(folder, 'work')
  const env = {
    HOME: folder,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
  const git = (...args: string[]) => runOrThrow('git', args, { cwd: work, env })
  await mkdir(work, { recursive: true })
  await mkdir(bare, { recursive: true })
  await runOrThrow('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare], { env })
  await git('init', '--quiet', '--initial-branch=main')
  const server = createServer((request, response) => {
    self.requests.push(`${request.method} ${request.url?.split('?')[0]}`)
    const asked = gitRequestFrom(request.method ?? '', request.url ?? '')
    const given = basicFrom(request.headers.authorization)
    if (asked && self.password && given?.password !== self.password) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="host"' }).end()
      return
    }
    if (asked) {
      const environment = { PATH: process.env.PATH ?? '', GIT_CONFIG_NOSYSTEM: '1', HOME: folder }
      serveGit(asked, request, response, { root: folder, environment, user: 'x' }).catch(() => response.destroy())
      return
    }
    void text(request).then((said) => {
      if (request.method === 'POST') {
        self.posted.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(said || '{}') })
      }
      response.writeHead(self.answers.shift() ?? 201, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const self: PretendHost = {
    origin,
    url: `${origin}/git/octo/hello.git`,
    posted: [],
    answers: [],
    requests: [],
    git,
    async commit(branch, files, message = 'a change') {
      await git('checkout', '-q', '-B', branch, ...(await hasCommit(git, branch)))
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(work, path)), { recursive: true })
        await writeFile(join(work, path), content)
      }
      await git('add', '.')
      await git('commit', '--quiet', '--allow-empty', '-m', message)
      await git(
        'push',
        '--quiet',
        '--force',
        bare,
        `HEAD:${branch.startsWith('refs/') ? branch : `refs/heads/${branch}`}`,
      )
      return (await git('rev-parse', 'HEAD')).trim()
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
  return self
}

async function hasCommit(git: PretendHost['git'], branch: string): Promise<string[]> {
  const known = await git('branch', '--list', branch)
  return known.trim() ? [branch] : []
}
