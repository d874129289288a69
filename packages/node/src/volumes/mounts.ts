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

/** Whether mounts made below `folder` are seen where it is mounted as well. */
export function isShared(mountinfo: string, folder: string): boolean {
  const holds = (path: string) => path === '/' || folder === path || folder.startsWith(`${path}/`)
  const lines = mountinfo.split('\n').filter((line) => line !== '')
  const paths = parseMountPoints(lines.join('\n'))
  const deepest = lines
    .map((line, index) => ({ line, path: paths[index]! }))
    .filter(({ path }) => holds(path))
    .reduce((best, one) => (one.path.length >= best.path.length ? one : best), { line: '', path: '' })
  return / shared:\d+ /.test(deepest.line)
}

/** Lets programs in pods mount for others below `folder`, as storage drivers do. Run again, it does nothing. */
export async function shareMounts(folder: string): Promise<void> {
  if (isShared(await readFile('/proc/self/mountinfo', 'utf8'), folder)) return
  if (!(await isMounted(folder))) await bindMount(folder, folder)
  await runOrThrow('mount', ['--make-rshared', folder])
}

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
