import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import type { Client } from '@sampan/client/client'
import { user } from '@sampan/resources/sampan/user'
import { adminsGroup } from '../config.ts'
import type { Accounts } from './accounts.ts'
import { newPassword } from './passwords.ts'

export interface AdminFiles {
  /** Gets the first admin's password, for the operator to read once. */
  password: string
  /** Gets a token for the command line on this machine. */
  token: string
}

export const adminName = 'admin'

/**
 * Sees to it that somebody can sign in: makes the user `admin` at the first start, and a token for the command line whenever
 * there is no good one. The file is written before the user exists, so a crash between leaves no unknown password.
 */
export async function ensureAdmin(client: Client, accounts: Accounts, files: AdminFiles): Promise<void> {
  if (!(await client.find(user, { name: adminName }))) {
    const password = newPassword()
    await writeSecretFile(files.password, `${password}\n`)
    await accounts.create({ name: adminName, password, title: 'Administrator', groups: [adminsGroup] })
  }
  const known = await readFile(files.token, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  if (known && (await accounts.byToken(known.trim()))) return
  const { token } = await accounts.issue({ user: adminName, use: 'token', title: 'command line on this machine' })
  await writeSecretFile(files.token, `${token}\n`)
}

/** Readable by the owner only, and never half written. */
async function writeSecretFile(path: string, text: string) {
  const aside = `${path}.new`
  await writeFile(aside, text, { mode: 0o600 })
  await chmod(aside, 0o600)
  await rename(aside, path)
}
