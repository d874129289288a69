import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { httpTransport } from '@sampan/client/http'
import { clientOver } from '@sampan/client/over'
import { silent } from '@sampan/kit/log'
import { configMap } from '@sampan/resources/core/config-map'
import { namespace } from '@sampan/resources/core/namespace'
import { secret } from '@sampan/resources/core/secret'
import { builtInKinds } from '@sampan/resources/kinds'
import { memoryStore } from '@sampan/store/memory'
import { impersonate, wantsImpersonation } from '../auth/impersonate.ts'
import { openAuth } from '../auth/interfaces.ts'
import { createApiServer } from '../server.ts'
import { createAudit } from './audit.ts'
import { auditFile } from './file.ts'
import { type Asked, defaultPolicy, levelOf, policyFrom } from './policy.ts'

const ask = (
  verb: string,
  plural: string,
  more: Partial<Asked['resource'] & { user: string; group: string }> = {},
): Asked => ({
  user: { name: more.user ?? 'ana', groups: ['dev'] },
  verb,
  path: '/x',
  resource: { group: '', plural, ...more },
})
const path = (url: string): Asked => ({ user: { name: 'ana', groups: [] }, verb: 'get', path: url })

const defaults: { name: string; asked: Asked; want: string }[] = [
  { name: 'a change', asked: ask('create', 'configmaps'), want: 'Metadata' },
  {
    name: 'a change by the system itself',
    asked: ask('create', 'configmaps', { user: 'sampan:platform' }),
    want: 'None',
  },
  { name: 'a look', asked: ask('list', 'configmaps'), want: 'None' },
  { name: 'a look at secrets', asked: ask('list', 'secrets'), want: 'Metadata' },
  { name: 'a shell', asked: ask('get', 'pods', { subresource: 'exec' }), want: 'Metadata' },
  { name: 'a log', asked: ask('get', 'pods', { subresource: 'log' }), want: 'None' },
  { name: 'a lease', asked: ask('update', 'leases', { group: 'coordination.k8s.io' }), want: 'None' },
  { name: 'health', asked: path('/healthz'), want: 'None' },
]
for (const { name, asked, want } of defaults)
  test(`by default ${name}: ${want}`, () => assert.equal(levelOf(defaultPolicy(['sampan:platform']), asked), want))

const policy = policyFrom({
  kind: 'Policy',
  rules: [
    { level: 'None', users: ['robot'] },
    { level: 'RequestResponse', userGroups: ['dev'], verbs: ['update'], namespaces: ['shop'] },
    {
      level: 'Request',
      resources: [
        { group: 'apps', resources: ['*/scale'] },
        { group: 'apps', resources: ['deployments'], resourceNames: ['web'] },
      ],
    },
    { level: 'Metadata', nonResourceURLs: ['/apis*'] },
    { level: 'Metadata', resources: [{ group: 'batch' }] },
  ],
})
const chosen: { name: string; asked: Asked; want: string }[] = [
  { name: 'a user', asked: ask('update', 'pods', { user: 'robot', namespace: 'shop' }), want: 'None' },
  {
    name: 'a group, a verb and a namespace',
    asked: ask('update', 'pods', { namespace: 'shop' }),
    want: 'RequestResponse',
  },
  {
    name: 'a subresource of anything',
    asked: ask('patch', 'statefulsets', { group: 'apps', subresource: 'scale' }),
    want: 'Request',
  },
  { name: 'a name', asked: ask('patch', 'deployments', { group: 'apps', name: 'web' }), want: 'Request' },
  { name: 'another name', asked: ask('patch', 'deployments', { group: 'apps', name: 'api' }), want: 'None' },
  { name: 'a whole group', asked: ask('get', 'jobs', { group: 'batch' }), want: 'Metadata' },
  { name: 'a path', asked: path('/apis/apps'), want: 'Metadata' },
  { name: 'another path', asked: path('/version'), want: 'None' },
]
for (const { name, asked, want } of chosen)
  test(`a rule for ${name}: ${want}`, () => assert.equal(levelOf(policy, asked), want))

test('a wrong policy is refused', () => {
  assert.throws(() => policyFrom({ kind: 'Policy', rules: [{ level: 'All' }] }), /rules\[0\]\.level/)
  assert.throws(() => policyFrom({ rules: [] }), /kind Policy/)
})

async function serverWith(level: string) {
  const lines: string[] = []
  const store = memoryStore()
  const authorizer = openAuth.authorizer
  const api = createApiServer({
    store,
    definitions: builtInKinds,
    auth: {
      ...openAuth,
      impersonate: (user, headers) => (wantsImpersonation(headers) ? impersonate(authorizer, user, headers) : user),
    },
    audit: createAudit({
      policy: policyFrom({ kind: 'Policy', rules: [{ level }] }),
      write: (line) => lines.push(line),
    }),
  })
  const server = createServer(api.handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const transport = httpTransport({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  const client = clientOver(transport)
  await client.create(namespace, { metadata: { name: 'shop' }, spec: {} })
  lines.length = 0
  after(async () => {
    await transport.close?.()
    server.close()
    await api.close()
    await store.close()
  })
  return { client, events: () => lines.splice(0).map((line) => JSON.parse(line)) }
}

test('who did what, as whom, and how it ended', async () => {
  const { client, events } = await serverWith('Metadata')
  const ana = client.as({ name: 'ana', groups: ['dev'] })
  await ana.create(configMap, { metadata: { name: 'a', namespace: 'shop' }, data: { color: 'red' } })
  await assert.rejects(ana.get(configMap, { name: 'b', namespace: 'shop' }))
  const [created, missed] = events()
  assert.partialDeepStrictEqual(created, {
    kind: 'Event',
    level: 'Metadata',
    stage: 'ResponseComplete',
    verb: 'create',
    requestURI: '/api/v1/namespaces/shop/configmaps',
    user: { username: 'system:apiserver' },
    impersonatedUser: { username: 'ana', groups: ['dev', 'system:authenticated'] },
    objectRef: { resource: 'configmaps', namespace: 'shop', apiVersion: 'v1' },
    responseStatus: { code: 201 },
    userAgent: 'sampan/0.1',
  })
  assert.equal(created.requestObject, undefined)
  assert.partialDeepStrictEqual(missed.responseStatus, { code: 404, reason: 'NotFound' })
})

test('bodies are kept where the policy says so, those of secrets never', async () => {
  const { client, events } = await serverWith('RequestResponse')
  await client.create(configMap, { metadata: { name: 'a', namespace: 'shop' }, data: { color: 'red' } })
  await client.create(secret, {
    metadata: { name: 's', namespace: 'shop' },
    data: { password: Buffer.from('hunter2').toString('base64') },
  })
  await client.list(secret, { namespace: 'shop' })
  const [plain, ...secrets] = events()
  assert.equal(plain.requestObject.data.color, 'red')
  assert.equal(plain.responseObject.metadata.name, 'a')
  assert.deepEqual(
    secrets.map((event) => event.level),
    ['Metadata', 'Metadata'],
  )
  assert.doesNotMatch(JSON.stringify(secrets), /aHVudGVyMg|hunter2/)
})

test('arguments of commands are not kept', async () => {
  const { client, events } = await serverWith('Metadata')
  await assert.rejects(
    client.raw({ method: 'POST', path: '/api/v1/namespaces/shop/pods/p/exec?command=login&command=s3cret&stdout=1' }),
  )
  const [event] = events()
  assert.doesNotMatch(JSON.stringify(event), /s3cret/)
  assert.match(event.requestURI, /command=%282\+words%29/)
})

test('the file follows the policy file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'))
  after(() => rmSync(folder, { recursive: true }))
  const policyFile = join(folder, 'policy.yaml')
  writeFileSync(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: Metadata\n  verbs: [delete]\n')
  const file = await auditFile({ path: join(folder, 'audit.log'), policyFile, log: silent })
  const call = (method: string) => ({
    method,
    path: '/api/v1/nodes/n',
    query: new URLSearchParams(),
    headers: {},
    user: { name: 'ana', groups: [] },
  })
  for (const method of ['GET', 'DELETE']) file.begin(call(method) as never)?.({ status: 200, text: '' })
  file.close()
  const lines = readFileSync(join(folder, 'audit.log'), 'utf8').trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).verb),
    ['delete'],
  )
  writeFileSync(policyFile, 'kind: Policy\nrules: [{level: Loud}]\n')
  await assert.rejects(auditFile({ path: join(folder, 'x.log'), policyFile, log: silent }), /level must be one of/)
})
