import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AppName, Repositories } from '../../git/repositories.ts'
import type { Entry } from './entry.ts'

export interface NewCommit {
  /** Made, or moved, to the new commit. */
  ref: string
  parent?: string
  message: string
  author: { name: string; email: string }
  time: Date
}

/**
 * Writes files as one commit, straight from where they come: nothing is unpacked onto the disk, so no path and no link can
 * reach out of the repository. Gives the commit. Throws what `entries` throws; then nothing has changed.
 */
export async function commitFiles(
  repositories: Repositories,
  name: AppName,
  { ref, parent, message, author, time }: NewCommit,
  entries: AsyncIterable<Entry>,
): Promise<string> {
  const args = [
    '--git-dir',
    repositories.pathOf(name),
    'fast-import',
    '--quiet',
    '--done',
    '--force',
    '--date-format=raw',
  ]
  const child = spawn('git', args, { env: repositories.environment, stdio: ['pipe', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-4096)
  })
  let broken = false
  child.stdin.on('error', () => {
    broken = true // it ended early: its exit code tells
  })
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  const write = async (bytes: string | Uint8Array) => {
    if (broken || child.stdin.write(bytes)) return
    await Promise.race([once(child.stdin, 'drain'), ended])
  }
  const data = async (text: string) => write(`data ${Buffer.byteLength(text)}\n${text}\n`)
  try {
    const who = `${clean(author.name)} <${clean(author.email)}> ${Math.floor(time.getTime() / 1000)} +0000`
    await write(`commit ${ref}\nauthor ${who}\ncommitter ${who}\n`)
    await data(message)
    if (parent) await write(`from ${parent}\ndeleteall\n`)
    for await (const { path, mode, size, content } of entries) {
      await write(`M ${mode} inline ${quoted(path)}\ndata ${size}\n`)
      for await (const chunk of content) await write(chunk)
      await write('\n')
    }
    await write('\ndone\n')
    child.stdin.end()
  } catch (error) {
    // Without its last word it keeps nothing.
    child.kill('SIGKILL')
    await ended
    throw error
  }
  const code = await ended
  if (code !== 0)
    throw new Error(`git fast-import failed (exit ${code}): ${said.trim().split('\n').slice(-3).join(' | ')}`)
  const sha = await repositories.resolve(name, ref)
  if (!sha) throw new Error(`git fast-import made no commit at ${ref}`)
  return sha
}

const clean = (text: string) => text.replace(/[<>\n\0]/g, '').trim() || 'unknown'

/** As fast-import reads paths: in quotes, with what would end them escaped. */
const quoted = (path: string) => `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`
