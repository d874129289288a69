import type { Pair } from './issue.ts'

interface Access {
  /** Names the cluster and the context. */
  name: string
  /** `https://host:port` */
  server: string
  /** PEM. */
  ca: string
  user: string
  credentials: Pair | { token: string }
  namespace?: string
}

/** The text of a kubeconfig file. It holds a private key or a token: write it 0600. */
export function kubeconfigText({ name, server, ca, user, credentials, namespace }: Access): string {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const quoted = (text: string) => JSON.stringify(text)
  return [
    'apiVersion: v1',
    'kind: Config',
    `current-context: ${quoted(name)}`,
    'clusters:',
    `- name: ${quoted(name)}`,
    '  cluster:',
    `    server: ${quoted(server)}`,
    `    certificate-authority-data: ${base64(ca)}`,
    'contexts:',
    `- name: ${quoted(name)}`,
    '  context:',
    `    cluster: ${quoted(name)}`,
    `    user: ${quoted(user)}`,
    ...(namespace ? [`    namespace: ${quoted(namespace)}`] : []),
    'users:',
    `- name: ${quoted(user)}`,
    '  user:',
    ...('token' in credentials
      ? [`    token: ${quoted(credentials.token)}`]
      : [
          `    client-certificate-data: ${base64(credentials.cert)}`,
          `    client-key-data: ${base64(credentials.key)}`,
        ]),
    '',
  ].join('\n')
}
