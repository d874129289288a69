import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline as pipe } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { OneAtATime } from '@sampan/kit/one-at-a-time'
import { StatusError } from '@sampan/resources/errors'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { ownRefs, type Repositories } from '../../git/repositories.ts'
import { type Intake, nameOf } from '../intake.ts'
import { commitFiles } from './commit-files.ts'
import { type Entry, isZlib, type Limits, tooMuch, unreadable, uploadLimits } from './entry.ts'
import { tarEntries } from './tar-entries.ts'
import { zipEntries } from './zip-entries.ts'

export interface Upload {
  body: AsyncIterable<Uint8Array>
  by: string
  message?: string
  /** A trial makes no release; its event and branch are what the pipeline file is asked about. */
  trial?: { event?: Pipeline['spec']['event']; branch?: string }
}

export interface Uploads {
  /** Makes a commit of an archive (tar, tar.gz, zip) and runs it. Throws StatusError for one that cannot be taken. */
  take(app: App, upload: Upload): Promise<Pipeline>
}

export interface UploadOptions {
  repositories: Repositories
  intake: Intake
  once: OneAtATime
  now: () => Date
  /** For zip archives while they are read. */
  folder: string
  limits?: Limits
}

/** Commits of uploads and trials that are kept, of each. */
const mostKept = 50
/** What tells that a folder is a project's top. */
const tops =
  /^(Dockerfile|\.drone\.yml|package\.json|requirements\.txt|pyproject\.toml|go\.mod|composer\.json|index\.html)$/

export function uploads({ repositories, intake, once, now, folder, limits = uploadLimits }: UploadOptions): Uploads {
  async function take(app: App, { body, by, message, trial }: Upload): Promise<Pipeline> {
    const name = nameOf(app)
    const { branch, type, url } = app.spec.source
    if (!trial && (type !== 'git' || url)) {
      throw new StatusError(
        'Conflict',
        `The code of ${name.app} comes from ${url ?? (type === 'svn' ? 'Subversion' : 'an image')}: change its source to the built-in repository first.`,
      )
    }
    const kind = trial ? 'trials' : 'uploads'
    await repositories.ensure(name, branch)
    const folderOfRefs = `${ownRefs}${kind}/`
    const known = await repositories.refs(name, folderOfRefs)
    const numbers = [...known.keys()].map((ref) => Number(ref.slice(folderOfRefs.length))).toSorted((a, b) => a - b)
    const number = 1 + (numbers.at(-1) ?? 0)
    const ref = `${folderOfRefs}${number}`
    const main = `refs/heads/${branch}`
    const parent = await repositories.resolve(name, main)
    const commit = {
      ref,
      parent,
      message: message || (trial ? `Trial ${number}` : `Upload ${number}`),
      author: { name: by, email: `${by}@sampan.invalid` },
      time: now(),
    }
    let sha: string
    try {
      sha = await commitFiles(repositories, name, commit, entriesOf(body))
    } catch (error) {
      await repositories.setRef(name, ref, undefined)
      throw error
    }
    sha = await repositories.unwrap(name, ref, sha, tops)
    if ((await repositories.files(name, sha)).length === 0) {
      await repositories.setRef(name, ref, undefined)
      throw new StatusError('Invalid', 'The archive holds no files.')
    }
    // Where nothing is pushed, the branch is what was uploaded last: a clone shows it.
    const isOwn = parent === undefined || [...known.values()].includes(parent)
    if (!trial && isOwn) {
      await repositories.setRef(name, main, sha)
      await repositories.settleHead(name, branch)
    }
    const old = numbers.slice(0, Math.max(0, numbers.length - mostKept))
    await repositories.setRefs(
      name,
      old.map((each) => [`${folderOfRefs}${each}`, undefined] as const),
    )
    const taken = await intake(app, {
      event: trial?.event ?? 'push',
      branch: trial?.branch ?? branch,
      commit: { ...(await repositories.commit(name, sha)), ref, ...(parent && { before: parent }) },
      by,
      ...(trial && { deploy: false }),
      cause: `${kind}/${number}/${sha}`,
    })
    if ('skipped' in taken) throw new StatusError('Conflict', taken.skipped)
    return taken.pipeline
  }

  async function* entriesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
    const { head, all } = await peeked(capped(body, limits.packed))
    if (head.length === 0) throw new StatusError('BadRequest', 'Nothing was sent: send a tar, tar.gz or zip archive.')
    if (head[0] === 0x50 && head[1] === 0x4b) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const path = join(folder, `${randomBytes(8).toString('hex')}.zip`)
      try {
        await pipe(Readable.from(all), createWriteStream(path, { mode: 0o600 }))
        yield* zipEntries(path, limits)
      } finally {
        await rm(path, { force: true })
      }
      return
    }
    const isPacked = head[0] === 0x1f && head[1] === 0x8b
    yield* tarEntries(isPacked ? gunzipped(all) : all, limits)
  }

  return { take: (app, upload) => once(`${app.metadata.namespace}/${app.metadata.name}`, () => take(app, upload)) }
}

async function* gunzipped(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unpacked = createGunzip()
  let failure: unknown
  const fed = pipe(Readable.from(source), unpacked).catch((error: unknown) => {
    failure = error
  })
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) yield chunk
  } catch (error) {
    await fed
    if (failure instanceof StatusError) throw failure
    if (isZlib(error)) throw unreadable('it is damaged or cut off')
    throw error
  }
}

/** Refuses what is larger than `most` bytes. */
async function* capped(source: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const chunk of source) {
    length += chunk.length
    if (length > most) throw tooMuch(`more than ${Math.round(most / 1024 ** 2)} MiB`)
    yield chunk
  }
}

/** Its first bytes, and all of it from the beginning. */
async function peeked(source: AsyncIterable<Uint8Array>) {
  const iterator = source[Symbol.asyncIterator]()
  const parts: Uint8Array[] = []
  let length = 0
  while (length < 4) {
    const next = await iterator.next()
    if (next.done) break
    parts.push(next.value)
    length += next.value.length
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* parts
    yield* { [Symbol.asyncIterator]: () => iterator }
  }
  return { head: Buffer.concat(parts), all: all() }
}
