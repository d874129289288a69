import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { preReceiveScript } from './protected-branches.ts'

/** Writes the hooks folder that all repositories share (`core.hooksPath`). */
export async function writeHooks(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const script = fileURLToPath(new URL('./hook.ts', import.meta.url))
  await writeHook(folder, 'post-receive', `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(script)}\n`)
  await writeHook(folder, 'pre-receive', preReceiveScript)
}

async function writeHook(folder: string, name: string, text: string) {
  const path = join(folder, name)
  await writeFile(`${path}.new`, text)
  await chmod(`${path}.new`, 0o755)
  await rename(`${path}.new`, path)
}

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
