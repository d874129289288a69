import { access as accessible, mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { runOrThrow } from '@sampan/kit/run'

/** The real program: from the path, else from Debian's package, unpacked but not installed. Undefined where neither is. */
export async function registryProgram(): Promise<string | undefined> {
  const unpacked = join(tmpdir(), 'sampan-test-docker-registry')
  const candidates = [...(process.env.PATH ?? '').split(delimiter), join(unpacked, 'usr/bin')]
  const find = async () => {
    for (const folder of candidates) {
      const path = join(folder, 'docker-registry')
      if (
        await accessible(path).then(
          () => true,
          () => false,
        )
      )
        return path
    }
    return undefined
  }
  const found = await find()
  if (found) return found
  const folder = await mkdtemp(join(tmpdir(), 'sampan-deb-'))
  try {
    await runOrThrow('apt-get', ['download', '--quiet', 'docker-registry'], { cwd: folder, timeoutMs: 60_000 })
    await runOrThrow('sh', ['-c', 'dpkg -x docker-registry_*.deb "$0"', unpacked], { cwd: folder })
    return await find()
  } catch {
    return undefined // no Debian, or no mirror: the test says that it was skipped
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A TCP port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createSocket()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
