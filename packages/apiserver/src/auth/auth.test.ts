import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Client } from '@sampan/client/client'
import { httpTransport } from '@sampan/client/http'
import { clientOver } from '@sampan/client/over'
import { silent } from '@sampan/kit/log'
import { configMap } from '@sampan/resources/core/config-map'
import { namespace } from '@sampan/resources/core/namespace'
import { pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import { serviceAccount } from '@sampan/resources/core/service-account'
import { StatusError } from '@sampan/resources/errors'
import { builtInKinds } from '@sampan/resources/kinds'
import { clusterRole } from '@sampan/resources/rbac/cluster-role'
import { clusterRoleBinding } from '@sampan/resources/rbac/cluster-role-binding'
import { role } from '@sampan/resources/rbac/role'
import { roleBinding } from '@sampan/resources/rbac/role-binding'
import { memoryStore } from '@sampan/store/memory'
import { objectsOf } from '../objects.ts'
import { createApiServer } from '../server.ts'
import { keepAggregated } from './aggregate.ts'
import { createAuth } from './auth.ts'
import { staticTokens } from './authenticators.ts'
import { bootstrap } from './bootstrap.ts'
import { systemUser } from './interfaces.ts'
import { apiNames, openPki } from './pki.ts'

const folder = mkdtempSync(join(tmpdir(), 'auth-'))
const closing = new AbortController()
const issuer = 'https://kubernetes.default.svc.cluster.local'
const pki = await openPki({
  folder,
  dnsNames: apiNames('cluster.local'),
  addresses: ['127.0.0.1'],
  clients: { admin: { user: 'admin', groups: ['system:masters'] }, dev: { user: 'dev', groups: ['devs'] } },
  now: new Date(),
})
const store = memoryStore()
const objects = objectsOf(store)
let clock = Date.now()
const identity = createAuth({
  objects,
  serviceAccountKey: pki.serviceAccountKey,
  issuer,
  readers: [staticTokens([['static-token', { name: 'robot', groups: ['robots', 'system:authenticated'] }]])],
  now: () => new Date(clock),
  signal: closing.signal,
})
const api = createApiServer({
  store,
  definitions: builtInKinds,
  auth: identity.auth,
  admission: identity.admission,
  subresources: [
    ...identity.subresources,
    {
      group: '',
      plural: 'pods',
      subresource: 'exec',
      kind: { kind: 'PodExecOptions' },
      verbs: ['create', 'get'],
      handle: async () => ({ status: 400, text: 'upgrade' }),
      upgrade: async (_, socket) =>
        void socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n'),
    },
  ],
  virtualKinds: identity.virtualKinds,
  paths: identity.paths,
})
const inside = api.transport(systemUser)
const system = clientOver(inside)
const setup = () =>
  bootstrap({
    transport: inside,
    objects,
    ca: pki.ca,
    frontProxyCa: pki.ca,
    nodeIP: '192.0.2.1',
    apiPort: 6443,
    apiServiceIP: '10.190.0.1',
    serviceCIDR: '10.190.0.0/16',
  })
await setup()
keepAggregated({ objects, transport: inside, signal: closing.signal, log: silent })

const server = createServer(
  { ...pki.serving, ca: pki.ca, requestCert: true, rejectUnauthorized: false },
  (request, response) => api.handler(request, response),
)
server.on('upgrade', api.upgrade)
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
const transports = new Map<string, ReturnType<typeof httpTransport>>()
function as(who: { cert: string; key: string } | { token: string } | undefined): Client {
  const key = JSON.stringify(who ?? null)
  if (!transports.has(key)) transports.set(key, httpTransport({ server: url, ca: pki.ca, ...who }))
  return clientOver(transports.get(key)!)
}
const admin = as(pki.clients.admin)
const dev = as(pki.clients.dev)

after(async () => {
  closing.abort()
  for (const transport of transports.values()) await transport.close?.()
  await api.close()
  server.close()
  server.closeAllConnections()
  await store.close()
  rmSync(folder, { recursive: true })
})

/** `ok`, or the reason of the refusal. */
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof StatusError) return error.reason
      throw error
    },
  )

await system.create(namespace, { metadata: { name: 'shop' }, spec: {} })
await system.create(serviceAccount, { metadata: { name: 'builder', namespace: 'shop' } })
await system.create(role, {
  metadata: { name: 'reader', namespace: 'shop' },
  rules: [
    { apiGroups: [''], resources: ['configmaps', 'serviceaccounts'], verbs: ['get', 'list'] },
    { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: ['get', 'create'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['only'], verbs: ['list', 'watch'] },
  ],
})
await system.create(roleBinding, {
  metadata: { name: 'readers', namespace: 'shop' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
  subjects: [
    { kind: 'Group', name: 'devs' },
    { kind: 'ServiceAccount', name: 'builder', namespace: 'shop' },
  ],
})

const here = { namespace: 'shop' }
const rights: { name: string; call: () => Promise<unknown>; want: string }[] = [
  { name: 'masters may everything', call: () => admin.list(pod), want: 'ok' },
  { name: 'a group by its binding', call: () => dev.list(configMap, here), want: 'ok' },
  { name: 'not elsewhere', call: () => dev.list(configMap, { namespace: 'default' }), want: 'Forbidden' },
  { name: 'not everywhere', call: () => dev.list(configMap), want: 'Forbidden' },
  {
    name: 'not other verbs',
    call: () => dev.create(configMap, { metadata: { name: 'a', ...here } }),
    want: 'Forbidden',
  },
  ...[
    { name: 'a list of the one name a rule has', query: 'fieldSelector=metadata.name%3Donly', want: 'ok' },
    {
      name: 'a watch of that name',
      query: 'watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Donly',
      want: 'ok',
    },
    { name: 'a list of another name', query: 'fieldSelector=metadata.name%3Dother', want: 'Forbidden' },
    { name: 'a list of all but that name', query: 'fieldSelector=metadata.name!%3Donly', want: 'Forbidden' },
    { name: 'a list of all names', query: '', want: 'Forbidden' },
  ].map(({ name, query, want }) => ({
    name,
    call: () => dev.raw({ method: 'GET', path: `/api/v1/namespaces/shop/secrets?${query}` }),
    want,
  })),
  { name: 'everybody sees discovery', call: () => dev.raw({ method: 'GET', path: '/apis' }), want: 'ok' },
  { name: 'a static token', call: () => as({ token: 'static-token' }).list(configMap, here), want: 'Forbidden' },
  {
    name: 'an unknown token',
    call: () => as({ token: 'nonsense' }).raw({ method: 'GET', path: '/version' }),
    want: 'Unauthorized',
  },
  { name: 'nobody may ask for health', call: () => as(undefined).raw({ method: 'GET', path: '/readyz' }), want: 'ok' },
  {
    name: 'nobody may ask for nothing else',
    call: () => as(undefined).raw({ method: 'GET', path: '/api' }),
    want: 'Unauthorized',
  },
  {
    name: 'impersonation by masters',
    call: () => admin.as({ name: 'x', groups: ['devs'] }).list(configMap, here),
    want: 'ok',
  },
  {
    name: 'rights of the impersonated only',
    call: () => admin.as({ name: 'x' }).list(configMap, here),
    want: 'Forbidden',
  },
  {
    name: 'an impersonated service account has its groups',
    call: () => admin.as({ name: 'system:serviceaccount:shop:builder' }).list(configMap, here),
    want: 'ok',
  },
  {
    name: 'no impersonation by others',
    call: () => dev.as({ name: 'admin', groups: ['system:masters'] }).list(pod),
    want: 'Forbidden',
  },
  {
    name: 'impersonation inside the process',
    call: () => system.as({ name: 'x' }).list(configMap, here),
    want: 'Forbidden',
  },
  {
    name: 'granting what one has',
    call: () =>
      dev.create(role, {
        metadata: { name: 'less', ...here },
        rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }],
      }),
    want: 'ok',
  },
  {
    name: 'granting more',
    call: () =>
      dev.create(role, {
        metadata: { name: 'more', ...here },
        rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      }),
    want: 'Forbidden',
  },
  {
    name: 'binding more',
    call: () =>
      dev.create(roleBinding, {
        metadata: { name: 'more', ...here },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'User', name: 'dev' }],
      }),
    want: 'Forbidden',
  },
  {
    name: 'binding what is not there',
    call: () =>
      dev.create(roleBinding, {
        metadata: { name: 'none', ...here },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'none' },
        subjects: [],
      }),
    want: 'NotFound',
  },
]
for (const { name, call, want } of rights)
  test(`rights: ${name}`, async () => assert.equal(await outcome(call()), want))

test('a right to look at exec is no way in', async () => {
  const open = () =>
    new Promise<number>((resolve, reject) => {
      const call = request(`${url}/api/v1/namespaces/shop/pods/p/exec`, {
        ca: pki.ca,
        ...pki.clients.dev,
        headers: { connection: 'upgrade', upgrade: 'test' },
      })
      call.once('upgrade', (answer, socket) => {
        socket.destroy()
        resolve(answer.statusCode!)
      })
      call.once('response', (answer) => {
        answer.resume()
        resolve(answer.statusCode!)
      })
      call.once('error', reject)
      call.end()
    })
  const allow = (verbs: string[]) =>
    system.apply(
      role,
      { metadata: { name: 'entering', ...here }, rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs }] },
      { fieldManager: 'test' },
    )
  await allow(['get'])
  await system.create(roleBinding, {
    metadata: { name: 'entering', ...here },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'entering' },
    subjects: [{ kind: 'User', name: 'dev' }],
  })
  assert.equal(await open(), 403)
  await allow(['get', 'create'])
  assert.equal(await open(), 101)
})

test('a new binding counts at once, and its end too', async () => {
  const ask = () => outcome(dev.list(pod))
  assert.equal(await ask(), 'Forbidden')
  await admin.create(clusterRoleBinding, {
    metadata: { name: 'devs-view' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', name: 'dev' }],
  })
  assert.equal(await ask(), 'ok')
  await admin.remove(clusterRoleBinding, { name: 'devs-view' })
  assert.equal(await ask(), 'Forbidden')
})

const review = async (client: Client, path: string, body: object) =>
  (await (await client.raw({ method: 'POST', path, body })).object()) as { status: Record<string, unknown> }

test('reviews answer what the authorizer would', async () => {
  const kind = { apiVersion: 'authorization.k8s.io/v1' }
  const resourceAttributes = { namespace: 'shop', verb: 'list', resource: 'configmaps' }
  const base = '/apis/authorization.k8s.io/v1'
  const self = await review(dev, `${base}/selfsubjectaccessreviews`, {
    ...kind,
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  })
  assert.equal(self.status.allowed, true)
  assert.match(String(self.status.reason), /RoleBinding "readers\/shop"/)
  const other = await review(admin, `${base}/subjectaccessreviews`, {
    ...kind,
    kind: 'SubjectAccessReview',
    spec: { user: 'nobody', resourceAttributes },
  })
  assert.equal(other.status.allowed, false)
  const local = await review(admin, `${base}/namespaces/shop/localsubjectaccessreviews`, {
    ...kind,
    kind: 'LocalSubjectAccessReview',
    metadata: { namespace: 'shop' },
    spec: { groups: ['devs'], resourceAttributes },
  })
  assert.equal(local.status.allowed, true)
  const rules = await review(dev, `${base}/selfsubjectrulesreviews`, {
    ...kind,
    kind: 'SelfSubjectRulesReview',
    spec: { namespace: 'shop' },
  })
  assert.ok(
    (rules.status.resourceRules as { resources: string[] }[]).some((rule) => rule.resources.includes('configmaps')),
  )
  assert.equal(rules.status.incomplete, false)
  const both = review(dev, `${base}/selfsubjectaccessreviews`, { ...kind, kind: 'SelfSubjectAccessReview', spec: {} })
  assert.equal(await outcome(both), 'Invalid')
})

test('who am I', async () => {
  const { status } = await review(dev, '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
  })
  assert.deepEqual(status.userInfo, { username: 'dev', groups: ['devs', 'system:authenticated'] })
})

interface Granted {
  status: { token: string; expirationTimestamp: string }
}
const tokenFor = async (spec: object = {}, name = 'builder') =>
  (await (
    await admin.raw({
      method: 'POST',
      path: `/api/v1/namespaces/shop/serviceaccounts/${name}/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec },
    })
  ).object()) as Granted
const reviewed = async (token: string, audiences?: string[]) =>
  (
    await review(admin, '/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, audiences },
    })
  ).status as {
    authenticated?: boolean
    user: { username?: string; groups?: string[]; extra?: Record<string, string[]> }
    audiences?: string[]
    error?: string
  }

test('null in a token request is nothing, as kubectl 1.27 to 1.32 send it', async () => {
  const { status } = await tokenFor({ audiences: null, expirationSeconds: 600, boundObjectRef: null })
  assert.equal(await outcome(as(status).list(configMap, here)), 'ok')
  assert.equal(await outcome(tokenFor({ audiences: 'api' })), 'BadRequest')
})

test('a service account token signs in, until it expires', async () => {
  const { status } = await tokenFor({ expirationSeconds: 600 })
  assert.equal(await outcome(as(status).list(configMap, here)), 'ok')
  const { authenticated, user } = await reviewed(status.token)
  assert.ok(authenticated)
  assert.equal(user.username, 'system:serviceaccount:shop:builder')
  assert.ok(user.groups?.includes('system:serviceaccounts:shop'))
  clock += 601_000
  assert.equal(await outcome(as(status).list(configMap, here)), 'Unauthorized')
  assert.match((await reviewed(status.token)).error!, /expired/)
})

test('a token for somebody else does not open the API', async () => {
  const { status } = await tokenFor({ audiences: ['vault'] })
  assert.equal(await outcome(as(status).list(configMap, here)), 'Unauthorized')
  assert.deepEqual((await reviewed(status.token, ['vault', 'other'])).audiences, ['vault'])
  assert.match((await reviewed(status.token)).error!, /audiences/)
})

test('a changed or foreign token is nobody’s', async () => {
  const { token } = (await tokenFor()).status
  const [header, body, signature] = token.split('.') as [string, string, string]
  const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replaceAll('builder', 'default')).toString(
    'base64url',
  )
  assert.equal(await outcome(as({ token: `${header}.${forged}.${signature}` }).list(configMap, here)), 'Unauthorized')
  const none = Buffer.from('{"alg":"none"}').toString('base64url')
  assert.equal(await outcome(as({ token: `${none}.${body}.` }).list(configMap, here)), 'Unauthorized')
})

test('a bound token ends with its pod', async () => {
  await admin.create(pod, {
    metadata: { name: 'web', namespace: 'shop' },
    spec: { serviceAccountName: 'builder', containers: [{ name: 'c', image: 'i' }] },
  })
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'web' }
  const { status } = await tokenFor({ boundObjectRef, expirationSeconds: 3607 })
  const seconds = (Date.parse(status.expirationTimestamp) - clock) / 1000
  assert.ok(seconds > 3000 && seconds <= 3608, 'the year is not told')
  assert.deepEqual((await reviewed(status.token)).user.extra?.['authentication.kubernetes.io/pod-name'], ['web'])
  clock += 24 * 3600_000
  assert.equal(await outcome(as(status).list(configMap, here)), 'ok')
  await admin.remove(pod, { namespace: 'shop', name: 'web' }, { graceSeconds: 0 })
  assert.equal(await outcome(as(status).list(configMap, here)), 'Unauthorized')
})

test('a token ends when its account is made anew', async () => {
  await admin.create(serviceAccount, { metadata: { name: 'short', ...here } })
  const { status } = await tokenFor({}, 'short')
  await admin.remove(serviceAccount, { name: 'short', ...here })
  await admin.create(serviceAccount, { metadata: { name: 'short', ...here } })
  assert.match((await reviewed(status.token)).error!, /anew/)
})

const wrongRequests: { name: string; spec: object; account?: string; want: string }[] = [
  { name: 'too short', spec: { expirationSeconds: 599 }, want: 'Invalid' },
  { name: 'an unknown account', spec: {}, account: 'nobody', want: 'NotFound' },
  { name: 'an unknown pod', spec: { boundObjectRef: { kind: 'Pod', name: 'gone' } }, want: 'NotFound' },
  { name: 'an odd binding', spec: { boundObjectRef: { kind: 'Deployment', name: 'x' } }, want: 'BadRequest' },
]
for (const { name, spec, account, want } of wrongRequests)
  test(`token request: ${name}`, async () => assert.equal(await outcome(tokenFor(spec, account)), want))

test('anybody can check tokens by the published keys', async () => {
  const fetch = async (path: string) =>
    (await (await admin.raw({ method: 'GET', path })).object()) as Record<string, unknown>
  const config = await fetch('/.well-known/openid-configuration')
  assert.equal(config.issuer, issuer)
  const { createLocalJWKSet, jwtVerify } = await import('jose')
  const keys = createLocalJWKSet((await fetch('/openid/v1/jwks')) as never)
  const { payload } = await jwtVerify((await tokenFor()).status.token, keys, {
    issuer,
    audience: issuer,
    currentDate: new Date(clock),
  })
  assert.equal(payload.sub, 'system:serviceaccount:shop:builder')
})

test('aggregated roles gather their parts', async () => {
  const rulesOf = async (name: string) => (await admin.get(clusterRole, { name })).rules ?? []
  const has = async (name: string, resource: string) =>
    (await rulesOf(name)).some((rule) => rule.resources?.includes(resource))
  const until = async (what: () => Promise<boolean>) => {
    for (let i = 0; i < 200 && !(await what()); i++) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.ok(await what())
  }
  await until(
    async () => (await has('admin', 'roles')) && (await has('admin', 'pods/log')) && (await has('edit', 'deployments')),
  )
  assert.equal(await has('view', 'secrets'), false)
  await admin.create(clusterRole, {
    metadata: { name: 'apps-view', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [{ apiGroups: ['sampan.dev'], resources: ['apps'], verbs: ['get'] }],
  })
  await until(() => has('admin', 'apps'))
})

test('a second bootstrap writes nothing', async () => {
  const before = store.revision
  await setup()
  assert.equal(store.revision, before)
  const { spec } = await admin.get(service, { namespace: 'default', name: 'kubernetes' })
  assert.equal(spec.clusterIP, '10.190.0.1')
})
