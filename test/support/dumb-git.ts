import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'

/** A git host of the simplest kind: a repository as files over HTTP, at an address that pods and the platform reach. */
export async function gitHost(folder: string, address: string): Promise<{ url: string; close(): Promise<void> }> {
  const root = mkdtempSync(join(tmpdir(), 'sampan-githost-'))
  const bare = join(root, 'shop.git')
  execFileSync('git', ['clone', '--quiet', '--bare', folder, bare])
  execFileSync('git', ['--git-dir', bare, 'update-server-info'])
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://local').pathname)
    createReadStream(join(root, path))
      .on('error', () => response.writeHead(404).end())
      .on('open', () => response.writeHead(200))
      .pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  return {
    url: `http://${address}:${(server.address() as AddressInfo).port}/shop.git`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(root, { recursive: true })
    },
  }
}
