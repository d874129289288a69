import { readFile } from 'node:fs/promises'
import { runOrThrow } from '@sampan/kit/run'

/** Mount points of this process's namespace at or under `folder`, deepest first. */
export async function mountsUnder(folder: string): Promise<string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8')
  return parseMountPoints(text)
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .toReversed()
}

/** Spaces and the like are written as octal escapes. */
export const parseMountPoints = (mountinfo: string): string[] =>
  mountinfo
    .split('\n')
    .flatMap((line) => line.split(' ')[4] ?? [])
    .map((path) =>
      path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
    )

export const isMounted = async (path: string) => (await mountsUnder(path)).includes(path)

/** `options` as mount(8) takes them after `-o`; without a type they say what is bound. Throws RunFailed. */
export const mountAt = (type: string | undefined, source: string, target: string, options: readonly string[] = []) =>
  runOrThrow('mount', [
    ...(type ? ['-t', type] : []),
    ...(options.length > 0 ? ['-o', options.join(',')] : []),
    source,
    target,
  ])

/** `source` is taken as it stands: a path under /proc/<pid>/fd stays the very file that is open. */
export const bindMount = (source: string, target: string) =>
  runOrThrow('mount', ['--no-canonicalize', '--bind', source, target])

export async function unmountUnder(folder: string): Promise<void> {
  for (const path of await mountsUnder(folder)) await runOrThrow('umount', ['-l', path])
}
