import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Secret } from '@sampan/resources/core/secret'
import type { Ingress } from '@sampan/resources/networking/ingress'
import type { IngressClass } from '@sampan/resources/networking/ingress-class'
import { serviceOf, sliceOf } from '../objects.ts'
import { endpointEntry } from './backends.ts'
import { selfSigned } from './default-certificate.ts'
import { publicOf } from './external-names.ts'
import type { IngressView } from './ingress-data.ts'
import { ingressData, isOurs } from './routes.ts'

type Rule = [host: string, path: string, service: string, type?: string]
const ingress = (
  name: string,
  rules: Rule[],
  annotations: Record<string, string> = {},
  spec: Partial<Ingress['spec']> = {},
  created = '2026-01-01T00:00:00Z',
): Ingress => ({
  metadata: {
    name,
    namespace: 'default',
    uid: name,
    creationTimestamp: created,
    annotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => [`nginx.ingress.kubernetes.io/${key}`, value]),
    ),
  },
  spec: {
    rules: rules.map(([host, path, service, pathType = 'Prefix']) => ({
      ...(host && { host }),
      http: { paths: [{ path, pathType, backend: { service: { name: service, port: { number: 80 } } } }] },
    })),
    ...spec,
  },
})

const view = (ingresses: Ingress[], more: Partial<IngressView> = {}): IngressView => ({
  ingresses,
  classes: [],
  service: () => undefined,
  slices: () => [],
  secret: () => undefined,
  addressesOf: () => [],
  ...more,
})

/** `type path → service` of a host, in the order they are tried. */
function pathsOf(host: string, ...ingresses: Ingress[]): string[] {
  const text = ingressData(view(ingresses)).entries.get(`h:${host}`)
  const { paths } = JSON.parse(text ?? '{"paths":[]}') as { paths: { t: string; p: string; s: string }[] }
  return paths.map(({ t, p, s }) => `${t} ${p} → ${s.split('/')[1]}`)
}
const problemsOf = (...ingresses: Ingress[]) => ingressData(view(ingresses)).problems.map(({ message }) => message)

const cases: { name: string; ingresses: Ingress[]; host?: string; want: string[] }[] = [
  {
    name: 'the longest path first, exact before prefix',
    ingresses: [
      ingress('a', [
        ['x.test', '/', 'root'],
        ['x.test', '/long/path', 'long'],
        ['x.test', '/long', 'exact', 'Exact'],
        ['x.test', '/long', 'prefix'],
        ['x.test', '/start', 'start', 'ImplementationSpecific'],
      ]),
    ],
    want: [
      'prefix /long/path → long',
      'start /start → start',
      'exact /long → exact',
      'prefix /long → prefix',
      'prefix / → root',
    ],
  },
  {
    name: 'a slash at the end of a prefix means nothing',
    ingresses: [ingress('a', [['x.test', '/foo/', 'one']])],
    want: ['prefix /foo → one'],
  },
  {
    name: 'rules of several Ingresses for one host come together',
    ingresses: [ingress('a', [['x.test', '/a', 'one']]), ingress('b', [['X.test', '/b', 'two']])],
    want: ['prefix /a → one', 'prefix /b → two'],
  },
  {
    name: 'the older Ingress keeps a path',
    ingresses: [
      ingress('young', [['x.test', '/', 'two']], {}, {}, '2026-01-02T00:00:00Z'),
      ingress('old', [['x.test', '/', 'one']]),
    ],
    want: ['prefix / → one'],
  },
  {
    name: 'rules without a host are for unknown ones',
    ingresses: [ingress('a', [['', '/', 'one']])],
    host: '_',
    want: ['prefix / → one'],
  },
  {
    name: 'one regular expression makes all of a host such',
    ingresses: [
      ingress('a', [['x.test', '/a(/|$)(.*)', 'one', 'ImplementationSpecific']], { 'use-regex': 'true' }),
      ingress('b', [['x.test', '/b', 'two']]),
    ],
    want: ['regex ^/a(/|$)(.*) → one', 'regex ^/b → two'],
  },
  {
    name: 'a broken expression is left out, its neighbours stay',
    ingresses: [
      ingress(
        'a',
        [
          ['x.test', '/a(', 'one', 'ImplementationSpecific'],
          ['x.test', '/b', 'two'],
        ],
        { 'use-regex': 'true' },
      ),
    ],
    want: ['regex ^/b → two'],
  },
  {
    name: 'aliases have the same rules',
    ingresses: [ingress('a', [['x.test', '/', 'one']], { 'server-alias': 'y.test, z.test' })],
    host: 'z.test',
    want: ['prefix / → one'],
  },
]
for (const { name, ingresses, host = 'x.test', want } of cases)
  test(`Ingress routes: ${name}`, () => assert.deepEqual(pathsOf(host, ...ingresses), want))

const classes: IngressClass[] = [
  { metadata: { name: 'nginx' }, spec: { controller: 'k8s.io/ingress-nginx' } },
  { metadata: { name: 'other' }, spec: { controller: 'example.com/other' } },
]
for (const [given, want] of [
  [undefined, true],
  ['nginx', true],
  ['other', false],
  ['unknown', false],
] as const)
  test(`an Ingress of class ${given} is ${want ? '' : 'not '}ours`, () => {
    assert.equal(isOurs(ingress('a', [], {}, given ? { ingressClassName: given } : {}), classes), want)
    const old = ingress('a', [])
    if (given) old.metadata.annotations = { 'kubernetes.io/ingress.class': given }
    assert.equal(isOurs(old, classes), want)
  })

const wrong: { name: string; annotations: Record<string, string>; says: RegExp }[] = [
  {
    name: 'a snippet',
    annotations: { 'server-snippet': 'location /x {}' },
    says: /snippets of nginx configuration are not accepted/,
  },
  { name: 'an unknown annotation', annotations: { 'no-such-thing': '1' }, says: /does not know it/ },
  { name: 'a size', annotations: { 'proxy-body-size': '8 pages' }, says: /"8 pages" is no size/ },
  { name: 'a timeout', annotations: { 'proxy-read-timeout': '0' }, says: /greater than 0/ },
  { name: 'a protocol', annotations: { 'backend-protocol': 'FCGI' }, says: /use HTTP, HTTPS, GRPC or GRPCS/ },
  { name: 'a range', annotations: { 'whitelist-source-range': '10.0.0.0/99' }, says: /"10.0.0.0\/99"/ },
  {
    name: 'a redirect to a script',
    annotations: { 'permanent-redirect': 'javascript:alert(1)' },
    says: /use an http\(s\) address/,
  },
  { name: 'a rewrite with more in it', annotations: { 'rewrite-target': '/x; return 200' }, says: /use a path/ },
  { name: 'a header injected by a line break', annotations: { 'upstream-vhost': 'a\nb' }, says: /is no host name/ },
  {
    name: "another namespace's users",
    annotations: { 'auth-type': 'basic', 'auth-secret': 'other/people' },
    says: /in the namespace of the Ingress/,
  },
]
for (const { name, annotations, says } of wrong)
  test(`a bad annotation is told: ${name}`, () =>
    assert.match(problemsOf(ingress('a', [['x.test', '/', 'one']], annotations)).join(), says))

test('a host belongs to the namespace that named it first: no paths, canaries or certificates from others', async () => {
  const { cert, key } = await selfSigned(new Date('2026-01-01'))
  const encode = (text: string) => Buffer.from(text).toString('base64')
  const own = ingress('own', [['x.test', '/', 'one']])
  const foreign = (name: string, annotations: Record<string, string> = {}, path = '/login') => {
    const one = ingress(
      name,
      [['x.test', path, 'two']],
      annotations,
      { tls: [{ hosts: ['x.test'], secretName: 'c' }] },
      '2026-02-01T00:00:00Z',
    )
    one.metadata.namespace = 'thief'
    return one
  }
  const { entries, problems } = ingressData(
    view([foreign('paths'), foreign('canary', { canary: 'true', 'canary-weight': '100' }, '/'), own], {
      secret: () => ({ metadata: { name: 'c' }, data: { 'tls.crt': encode(cert), 'tls.key': encode(key) } }),
    }),
  )
  const { paths } = JSON.parse(entries.get('h:x.test')!) as { paths: { n: string; canaries?: unknown }[] }
  assert.deepEqual(
    paths.map(({ n, canaries }) => [n, canaries]),
    [['default/own', undefined]],
  )
  assert.equal(entries.has('c:x.test'), false)
  assert.match(problems.map(({ message }) => message).join(), /host x.test cannot be used here/)
  assert.ok(problems.every(({ message }) => !message.includes('default')))
})

test('a problem of one Ingress leaves the routes of all', () => {
  const good = ingress('good', [['good.test', '/', 'one']])
  const bad = ingress(
    'bad',
    [['bad.test', '/', 'two']],
    Object.fromEntries(wrong.flatMap(({ annotations }) => Object.entries(annotations))),
  )
  assert.deepEqual(pathsOf('good.test', good, bad), ['prefix / → one'])
  assert.equal(pathsOf('bad.test', good, bad).length, 1)
})

test('a canary joins the path of the main Ingress; alone it is nothing', () => {
  const main = ingress('main', [['x.test', '/', 'one']])
  const canary = ingress('canary', [['x.test', '/', 'two']], { canary: 'true', 'canary-weight': '30' })
  const host = JSON.parse(ingressData(view([main, canary])).entries.get('h:x.test')!)
  assert.deepEqual(host.paths[0].canaries, [{ total: 100, weight: 30, s: 'default/two/80' }])
  assert.equal(host.options[host.paths[0].o].plain, undefined)
  assert.match(problemsOf(canary).join(), /needs an Ingress with the same host and path/)
})

test('certificates: good ones by host, bad ones are told and the default stays', async () => {
  const { cert, key } = await selfSigned(new Date('2026-01-01'))
  const other = await selfSigned(new Date('2026-01-01'))
  const encode = (text: string) => Buffer.from(text).toString('base64')
  const secrets: Record<string, Secret> = {
    good: { metadata: { name: 'good' }, data: { 'tls.crt': encode(cert), 'tls.key': encode(key) } },
    mixed: { metadata: { name: 'mixed' }, data: { 'tls.crt': encode(cert), 'tls.key': encode(other.key) } },
    empty: { metadata: { name: 'empty' }, data: {} },
  }
  const tls = (secretName: string) =>
    ingress(
      secretName,
      [[`${secretName}.test`, '/', 'one']],
      {},
      { tls: [{ hosts: [`${secretName}.test`], secretName }] },
    )
  const { entries, problems } = ingressData(
    view(['good', 'mixed', 'empty', 'none'].map(tls), { secret: (_namespace, name) => secrets[name] }),
  )
  const id = entries.get('c:good.test')
  assert.deepEqual(JSON.parse(entries.get(`k:${id}`)!), { cert, key })
  assert.deepEqual(
    [...entries.keys()].filter((name) => name.startsWith('c:')),
    ['c:good.test'],
  )
  assert.deepEqual(
    problems.map(({ message }) => message.split(' gets')[0]!.split(';')[0]),
    [
      'Secret default/empty has no tls.crt or no tls.key',
      'Secret default/mixed has a tls.key that does not belong to tls.crt',
      'Secret default/none does not exist',
    ],
  )
  assert.ok(problems.every(({ message }) => !message.includes('BEGIN')))
})

test('where a backend leads', () => {
  const services = {
    web: serviceOf('web', { clusterIP: '10.241.0.9', ports: [{ name: 'http', port: 80 }] }),
    out: serviceOf('out', {
      type: 'ExternalName',
      externalName: 'api.example.org',
      ports: [{ name: 'http', port: 8443 }],
    }),
  }
  const here = view([], {
    service: (_namespace, name) => services[name as keyof typeof services],
    addressesOf: (name) => (name === 'api.example.org' ? ['192.0.2.7'] : []),
    slices: () => [sliceOf('web', ['10.240.0.5', { ip: '10.240.0.6', ready: false }], [{ name: 'http', port: 8080 }])],
  })
  const lead = (name: string, port: number | string, usesClusterIP = false) =>
    endpointEntry('k', { namespace: 'default', name, port, usesClusterIP }, here, 'lab').join(' ')
  assert.equal(lead('web', 80), 'e:k 10.240.0.5:8080')
  assert.equal(lead('web', 'http'), 'e:k 10.240.0.5:8080')
  assert.equal(lead('web', 81), 'e:k ')
  assert.equal(lead('none', 80), 'e:k ')
  assert.equal(lead('web', 80, true), 'e:k 10.241.0.9:80')
  assert.equal(lead('out', 'http'), 'e:k 192.0.2.7:8443')
})

test('names outside never lead to the node itself or its cloud', () => {
  assert.deepEqual(publicOf(['127.0.0.1', '192.0.2.9', '169.254.169.254', '0.0.0.0', '192.0.2.1']), [
    '192.0.2.1',
    '192.0.2.9',
  ])
})

test('1,000 hosts take less than 200 ms of processor time', () => {
  const many = Array.from({ length: 1000 }, (_, i) =>
    ingress(`i${i}`, [[`app-${i}.test`, '/', `web-${i}`]], { 'proxy-body-size': '8m' }),
  )
  const took = () => {
    const before = process.cpuUsage()
    assert.equal(ingressData(view(many)).entries.size, 1000)
    return process.cpuUsage(before).user / 1000
  }
  // The best of three: what else this machine does at the moment is not meant.
  const best = Math.min(took(), took(), took())
  assert.ok(best < 200, `${best} ms`)
})
