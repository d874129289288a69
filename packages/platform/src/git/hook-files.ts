import { constants } from 'node:fs'
import { access, chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { postReceiveScript } from './post-receive.ts'
import { preReceiveScript } from './protected-branches.ts'

/** Writes the hooks folder that all repositories share (`core.hooksPath`). */
export async function writeHooks(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 })
  await writeHook(folder, 'post-receive', postReceiveScript(await perlProgram()))
  await writeHook(folder, 'pre-receive', preReceiveScript)
}

async function writeHook(folder: string, name: string, text: string) {
  const path = join(folder, name)
  await writeFile(`${path}.new`, text)
  await chmod(`${path}.new`, 0o755)
  await rename(`${path}.new`, path)
}

/** Throws when there is none. */
async function perlProgram(path = process.env.PATH ?? '/usr/bin:/bin'): Promise<string> {
  for (const folder of path.split(delimiter)) {
    const program = join(folder, 'perl')
    const isThere = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return program
  }
  throw new Error(
    'there is no perl on this machine, which the hooks of git are written in: install it (git needs it too)',
  )
}
