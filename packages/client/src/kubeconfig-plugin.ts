import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

interface Plugin {
  command: string
  args?: string[]
  env?: { name: string; value: string }[]
  apiVersion?: string
  /** A command with a slash in it is relative to the kubeconfig's folder. */
  folder: string
}

interface ExecCredential {
  status?: { token?: string; expirationTimestamp?: string; clientCertificateData?: string }
}

const run = promisify(execFile)
/** Asked again this long before the token ends. */
const early = 30_000

/** The token of a client-go credential plugin (`users[].user.exec`), kept until shortly before it expires. */
export function pluginToken({ command, args = [], env = [], apiVersion, folder }: Plugin): () => Promise<string> {
  let held: Promise<{ token: string; until: number }> | undefined
  const fetch = async () => {
    const program = command.includes('/') ? resolve(folder, command) : command
    const info = {
      apiVersion: apiVersion ?? 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false },
    }
    const given = Object.fromEntries(env.map(({ name, value }) => [name, value]))
    const { stdout } = await run(program, args, {
      env: { ...process.env, ...given, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: 60_000,
    })
    const { status } = JSON.parse(stdout) as ExecCredential
    if (!status?.token) throw new Error(`credential plugin ${command} gave no token`)
    const until = status.expirationTimestamp ? Date.parse(status.expirationTimestamp) - early : Number.POSITIVE_INFINITY
    return { token: status.token, until }
  }
  return async () => {
    const current = await held?.catch(() => undefined) // a failed attempt was shown to whoever made it
    if (current && current.until > Date.now()) return current.token
    held = fetch()
    return (await held).token
  }
}
