import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { inClusterOptions, kubeconfigOptions, readKubeconfig } from './kubeconfig.ts'

const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'))
after(() => rm(folder, { recursive: true }))
await writeFile(join(folder, 'ca.pem'), 'CA FILE')
await writeFile(join(folder, 'token'), 'from-file\n')

const config = (user: string, cluster = '{server: "https://a:6443", certificate-authority-data: Q0E=}') => `
apiVersion: v1
kind: Config
current-context: main
contexts:
- {name: main, context: {cluster: c, user: u, namespace: shop}}
- {name: lost, context: {cluster: nowhere, user: u}}
clusters:
- {name: c, cluster: ${cluster}}
users:
- {name: u, user: ${user}}
`

test('client certificates from data', async () => {
  const options = await kubeconfigOptions(config('{client-certificate-data: Q0VSVA==, client-key-data: S0VZ}'))
  assert.equal(options.server, 'https://a:6443')
  assert.deepEqual([options.ca, options.cert, options.key].map(String), ['CA', 'CERT', 'KEY'])
  assert.equal(options.namespace, 'shop')
})

test('files are found beside the kubeconfig', async () => {
  const path = join(folder, 'config')
  await writeFile(path, config('{tokenFile: token}', '{server: "https://b", certificate-authority: ca.pem}'))
  const options = await readKubeconfig(path)
  assert.equal(String(options.ca), 'CA FILE')
  assert.equal(await (options.token as () => Promise<string>)(), 'from-file')
})

test('a credential plugin is run once while its token lasts', async () => {
  const plugin = join(folder, 'plugin.sh')
  await writeFile(
    plugin,
    '#!/bin/sh\necho x >> "$COUNT"\necho \'{"status":{"token":"plugged","expirationTimestamp":"2999-01-01T00:00:00Z"}}\'\n',
  )
  await chmod(plugin, 0o755)
  const count = join(folder, 'count')
  const user = `{exec: {command: ./plugin.sh, env: [{name: COUNT, value: ${count}}]}}`
  const { token } = await kubeconfigOptions(config(user), { from: join(folder, 'config') })
  const ask = token as () => Promise<string>
  assert.deepEqual([await ask(), await ask()], ['plugged', 'plugged'])
  assert.equal((await import('node:fs')).readFileSync(count, 'utf8'), 'x\n')
})

const wrong = [
  { name: 'an unknown context', context: 'nope', text: config('{token: t}'), message: /context "nope" is not there/ },
  {
    name: 'an unknown cluster',
    context: 'lost',
    text: config('{token: t}'),
    message: /cluster "nowhere" is not there/,
  },
  { name: 'no YAML object', text: 'hello', message: /not a kubeconfig/ },
  { name: 'no current context', text: 'apiVersion: v1', message: /no current-context/ },
]
for (const { name, text, context, message } of wrong)
  test(`kubeconfig with ${name}`, () => assert.rejects(kubeconfigOptions(text, { context }), message))

test('in a pod: service variables and mounted files', async () => {
  await writeFile(join(folder, 'ca.crt'), 'POD CA')
  const options = await inClusterOptions({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }, folder)
  assert.equal(options.server, 'https://[fd00::1]:443')
  assert.equal(String(options.ca), 'POD CA')
})
