import { runOrThrow } from '@sampan/kit/run'

/** CRI cannot import archives, so these two go through containerd's own command line. CRI sees the images at once. */
const ctr = (socket: string, ...args: string[]) =>
  runOrThrow('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args])

/** Full names of the images the runtime has. */
export async function imageNames(socket: string): Promise<Set<string>> {
  return new Set((await ctr(socket, 'images', 'list', '--quiet')).split('\n').filter(Boolean))
}

/** Brings in an OCI archive; the image's name is the one inside it. */
export async function importImage(socket: string, archive: string): Promise<void> {
  await ctr(socket, 'images', 'import', archive)
}
