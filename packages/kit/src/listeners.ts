import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Who listens on a TCP port of this machine, as far as /proc tells. */
export interface Listener {
  pid?: number
  command?: string
}

const listening = '0A'

/** The process that listens on TCP `port` on any address; undefined when nobody does. Needs root to name others' processes. */
export function listenerOn(port: number): Listener | undefined {
  const inode = inodesListening().get(port)
  if (inode === undefined) return undefined
  const pid = ownerOf(inode)
  return pid === undefined ? {} : { pid, command: commandOf(pid) }
}

/** `nginx (process 812)`, for sentences. */
export const described = ({ pid, command }: Listener) =>
  pid === undefined ? 'another program' : `${command ?? 'a program'} (process ${pid})`

function inodesListening(): Map<number, string> {
  const found = new Map<number, string>()
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readOr(file, '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/)
      if (fields[3] === listening) found.set(Number.parseInt(fields[1]!.split(':').at(-1)!, 16), fields[9]!)
    }
  }
  return found
}

function ownerOf(inode: string): number | undefined {
  const wanted = `socket:[${inode}]`
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && handles(name).some((handle) => handle === wanted)) return Number(name)
  }
  return undefined
}

function handles(pid: string): string[] {
  return attempt(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
    attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
  )
}

const commandOf = (pid: number) => readOr(`/proc/${pid}/comm`, '').trim() || undefined
const readOr = (file: string, otherwise: string) => attempt(() => readFileSync(file, 'utf8'), otherwise)

/** Processes come and go while /proc is read, and others' may be closed to us: both mean "not this one". */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR'].includes(code)) return otherwise
    throw error
  }
}
