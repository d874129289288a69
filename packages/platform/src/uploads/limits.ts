import { StatusError } from '@sampan/resources/errors'

/** One file or link of an archive. */
export interface ArchiveEntry {
  /** With `/`, relative, without `.` and `..`. */
  path: string
  isExecutable: boolean
  isLink: boolean
  /** Of a link: where it points. */
  bytes: Buffer
}

/** What may come out of an archive: a small one can unpack to any size. */
export const limits = { bytes: 512 * 1024 * 1024, files: 50_000 }

export const refusal = (message: string, cause?: unknown) => new StatusError('Invalid', message, undefined, { cause })

export const tooLarge = () =>
  refusal(`The archive unpacks to more than ${limits.bytes / 1024 / 1024} MB: leave out what can be built or fetched.`)

/** The path as it may stand in a repository; undefined for what does not belong there. Throws for one that leads outside. */
export function pathFrom(name: string): string | undefined {
  const parts = name.replaceAll('\\', '/').split('/')
  if (name.startsWith('/') || parts.includes('..') || /[\0\n]/.test(name))
    throw refusal(`The archive holds the path ${JSON.stringify(name)}, which leads outside of it.`)
  const path = parts.filter((part) => part !== '' && part !== '.').join('/')
  const isJunk = path === '' || parts.includes('.git') || path.startsWith('__MACOSX/') || path.endsWith('.DS_Store')
  return isJunk ? undefined : path
}
