import { runOrThrow } from '@sampan/kit/run'
import type { AppName, Repositories } from '../git/repositories.ts'
import type { ArchiveEntry } from './limits.ts'

interface Author {
  name: string
  message: string
  now: Date
}

/** Makes a commit of exactly these files on top of a branch (or as its first) and gives its id. */
export async function commitFiles(
  repositories: Repositories,
  app: AppName,
  { branch, files, author: { name, message, now } }: { branch: string; files: readonly ArchiveEntry[]; author: Author },
): Promise<string> {
  const path = await repositories.ensure(app, branch)
  const ref = `refs/heads/${branch}`
  const before = await repositories.resolve(app, ref)
  const who = `${name.replace(/[<>\n]/g, '')} <${name.replace(/[<>\s]/g, '')}@sampan> ${Math.floor(now.getTime() / 1000)} +0000`
  const parts: Buffer[] = [
    Buffer.from(`commit ${ref}\nauthor ${who}\ncommitter ${who}\n`),
    data(Buffer.from(message)),
    Buffer.from(`${before ? `from ${before}\n` : ''}deleteall\n`),
    ...files.flatMap(({ path, isExecutable, isLink, bytes }) => [
      Buffer.from(`M ${isLink ? '120000' : isExecutable ? '100755' : '100644'} inline ${quoted(path)}\n`),
      data(bytes),
    ]),
    Buffer.from('done\n'),
  ]
  await runOrThrow('git', ['--git-dir', path, 'fast-import', '--quiet', '--done'], {
    env: repositories.environment,
    input: Buffer.concat(parts),
  })
  const made = await repositories.resolve(app, ref)
  if (!made) throw new Error(`git made no commit on ${ref}`)
  await repositories.settleHead(app, branch)
  return made
}

const data = (bytes: Buffer) => Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')])

/** As git's fast-import reads paths with any letter in them. */
const quoted = (path: string) => `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
