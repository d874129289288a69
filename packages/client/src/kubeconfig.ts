import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { HttpOptions } from './http.ts'
import { pluginToken } from './kubeconfig-plugin.ts'

/** The part of a kubeconfig file that says how to connect. */
interface Kubeconfig {
  'current-context'?: string
  contexts?: { name: string; context: { cluster: string; user: string; namespace?: string } }[]
  clusters?: {
    name: string
    cluster: {
      server: string
      'certificate-authority'?: string
      'certificate-authority-data'?: string
      'insecure-skip-tls-verify'?: boolean
      'tls-server-name'?: string
    }
  }[]
  users?: { name: string; user: User }[]
}

interface User {
  'client-certificate'?: string
  'client-certificate-data'?: string
  'client-key'?: string
  'client-key-data'?: string
  token?: string
  tokenFile?: string
  username?: string
  password?: string
  as?: string
  exec?: { command: string; args?: string[]; env?: { name: string; value: string }[]; apiVersion?: string }
  'auth-provider'?: unknown
}

/** Reads a kubeconfig file. Throws an error that names the file and what is missing in it. */
export async function readKubeconfig(path: string, context?: string): Promise<HttpOptions & { namespace?: string }> {
  return kubeconfigOptions(await readFile(path, 'utf8'), { context, from: path })
}

/** Transport options from the text of a kubeconfig (YAML or JSON). File names in it are relative to `from`. */
export async function kubeconfigOptions(
  text: string,
  { context, from = 'kubeconfig' }: { context?: string; from?: string } = {},
): Promise<HttpOptions & { namespace?: string }> {
  const config = await parse(text, from)
  const wanted = context ?? config['current-context']
  if (!wanted) throw new Error(`${from}: no current-context; name a context`)
  const chosen = named(config.contexts, wanted, `${from}: context`).context
  const { cluster } = named(config.clusters, chosen.cluster, `${from}: cluster`)
  const { user } = named(config.users, chosen.user, `${from}: user`)
  const folder = dirname(resolve(from))
  const pem = async (data: string | undefined, file: string | undefined) => {
    if (data) return Buffer.from(data, 'base64')
    return file ? readFile(resolve(folder, file)) : undefined
  }
  if (user['auth-provider']) throw new Error(`${from}: auth-provider is no longer supported by Kubernetes; use exec`)
  const [ca, cert, key] = await Promise.all([
    pem(cluster['certificate-authority-data'], cluster['certificate-authority']),
    pem(user['client-certificate-data'], user['client-certificate']),
    pem(user['client-key-data'], user['client-key']),
  ])
  return {
    server: cluster.server,
    ca,
    cert,
    key,
    token: tokenOf(user, folder),
    ...(user.username && { basic: { username: user.username, password: user.password ?? '' } }),
    serverName: cluster['tls-server-name'],
    insecure: cluster['insecure-skip-tls-verify'],
    namespace: chosen.namespace,
  }
}

/** Where pods find their API and their token. */
const mounted = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Options of a program that runs in a pod of the cluster. */
export async function inClusterOptions(env: NodeJS.ProcessEnv, folder = mounted): Promise<HttpOptions> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env
  if (!host || !port) throw new Error('not in a cluster: KUBERNETES_SERVICE_HOST and _PORT are not set')
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    ca: await readFile(`${folder}/ca.crt`),
    token: fileToken(`${folder}/token`),
  }
}

function tokenOf(user: User, folder: string): HttpOptions['token'] {
  if (user.token) return user.token
  if (user.tokenFile) return fileToken(resolve(folder, user.tokenFile))
  if (user.exec) return pluginToken({ ...user.exec, folder })
  return undefined
}

/** Tokens in files are replaced now and then: read again once a minute. */
function fileToken(path: string): () => Promise<string> {
  let held: { token: string; until: number } | undefined
  return async () => {
    if (!held || held.until < Date.now())
      held = { token: (await readFile(path, 'utf8')).trim(), until: Date.now() + 60_000 }
    return held.token
  }
}

async function parse(text: string, from: string): Promise<Kubeconfig> {
  const { parse: parseYaml } = await import('yaml') // not held by programs that connect in process
  const config: unknown = parseYaml(text)
  if (typeof config !== 'object' || config === null) throw new Error(`${from}: not a kubeconfig`)
  return config as Kubeconfig
}

function named<T extends { name: string }>(all: T[] | undefined, name: string, what: string): T {
  const found = all?.find((one) => one.name === name)
  if (!found) throw new Error(`${what} "${name}" is not there`)
  return found
}
