import { access, readdir } from 'node:fs/promises'

/** What of the host's surroundings a build needs to reach the outside as the host does. */
export interface BuildEnvironment {
  /** PEM bundle on the node, when the host trusts authorities of its own. */
  caBundle?: string
  /** Seen by RUN, never part of the image. */
  variables: Readonly<Record<string, string>>
}

/** Where RUN finds the host's bundle. */
export const caPath = '/run/sampan/ca.crt'

const caVariables = [
  'SSL_CERT_FILE',
  'NODE_EXTRA_CA_CERTS',
  'PIP_CERT',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'CARGO_HTTP_CAINFO',
]

/** Settings of package managers that point somewhere else than the public indexes. */
const passed = ['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'GOPROXY', 'GONOSUMDB', 'GOSUMDB', 'NPM_CONFIG_REGISTRY']
/** buildah hands these on by itself. */
const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

export const isProxyVariable = (name: string) => proxies.includes(name)

/** From the environment of this process and the files of this machine; `ownAuthorities` are its own, if any. */
export function buildEnvironmentFrom(
  env: Readonly<Record<string, string | undefined>>,
  { bundle, ownAuthorities }: { bundle?: string; ownAuthorities: boolean },
): BuildEnvironment {
  const variables: Record<string, string> = {}
  for (const name of [...passed, ...proxies]) {
    const value = env[name] ?? env[name.toLowerCase()]
    // An address with a password in it would be readable in every build.
    if (value && !/\/\/[^/@]*:[^/@]*@/.test(value)) variables[name] = value
  }
  if (!bundle || !ownAuthorities) return { variables }
  for (const name of caVariables) variables[name] = caPath
  return { caBundle: bundle, variables }
}

const bundlePath = '/etc/ssl/certs/ca-certificates.crt'

/** As Debian and Ubuntu keep authorities. */
export async function hostBuildEnvironment(env = process.env): Promise<BuildEnvironment> {
  const own = await readdir('/usr/local/share/ca-certificates', { recursive: true }).catch(absent<string[]>([]))
  const found = await access(bundlePath).then(() => bundlePath, absent(undefined))
  return buildEnvironmentFrom(env, { bundle: found, ownAuthorities: own.some((name) => name.endsWith('.crt')) })
}

const absent =
  <T>(value: T) =>
  (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return value
    throw error
  }
