import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInTemplates } from '../apps/built-in-templates.ts'
import { documentsFrom } from './documents.ts'
import { podTemplateOf } from './guard.ts'
import { podReleaseIn, type RenderInput, renderRelease } from './render.ts'

const templates = Object.fromEntries((await builtInTemplates()).map((one) => [one.metadata.name, one.spec.template]))
const input = (more: Partial<RenderInput> = {}): RenderInput => ({
  app: 'web',
  project: 'demo',
  environment: { name: 'test', namespace: 'demo-test', domain: 'demo.localhost' },
  number: 4,
  image: 'r:5000/demo/web@sha256:aa',
  template: templates.web!,
  parameters: { replicas: 2, cpu: '500m', memory: '256Mi', env: {} },
  ...more,
})
const parameters = (more: Partial<RenderInput['parameters']>) =>
  input({ parameters: { ...input().parameters, ...more } })
// biome-ignore lint/suspicious/noExplicitAny: tests look into documents by path
const of = (given: RenderInput, kind: string): any => renderRelease(given).documents.find((one) => one.kind === kind)
const container = (given: RenderInput) => of(given, 'Deployment').spec.template.spec.containers[0]

test('a web service is four objects in its namespace, each labelled', () => {
  const { documents, hosts } = renderRelease(input())
  assert.deepEqual(
    documents.map((one) => one.kind),
    ['ServiceAccount', 'Deployment', 'Service', 'Ingress'],
  )
  assert.deepEqual(hosts, ['web-test.demo.localhost'])
  for (const { metadata } of documents) {
    assert.equal(metadata.namespace, 'demo-test')
    assert.equal(metadata.labels?.['sampan.dev/app'], 'web')
    assert.equal(metadata.labels?.['sampan.dev/release'], '4')
  }
})

test('the same input gives the same text, which reads back as the same objects', () => {
  const { yaml, documents } = renderRelease(input())
  assert.equal(renderRelease(input()).yaml, yaml)
  assert.deepEqual(documentsFrom(yaml), documents)
})

test('a rolling update takes no instance away before a new one is ready', () => {
  const { spec } = of(input(), 'Deployment')
  assert.deepEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 })
  assert.ok(spec.template.spec.containers[0].startupProbe && spec.template.spec.containers[0].readinessProbe)
  assert.ok(spec.template.spec.containers[0].lifecycle.preStop)
})

const ports: [name: string, given: RenderInput, port: number][] = [
  ['what was stated', parameters({ port: 3000, env: { PORT: '4000' } }), 3000],
  ['what the variable PORT says', parameters({ env: { PORT: '4000' } }), 4000],
  ['what the image exposes', input({ exposedPort: 9000 }), 9000],
  ['8080 when nobody says anything', input(), 8080],
]
for (const [name, given, port] of ports) {
  test(`the port is ${name}`, () => {
    assert.equal(container(given).ports[0].containerPort, port)
    assert.equal(container(given).startupProbe.tcpSocket.port, port)
    assert.equal(container(given).readinessProbe.tcpSocket.port, port)
    assert.equal(of(given, 'Service').spec.ports[0].targetPort, port)
    assert.equal(container(given).env.find((one: { name: string }) => one.name === 'PORT').value, String(port))
  })
}

test('limits are what was stated, requests are less', () => {
  assert.deepEqual(container(input()).resources, {
    requests: { cpu: '50m', memory: '128Mi' },
    limits: { cpu: '500m', memory: '256Mi' },
  })
})

test('entries of Secrets and ConfigMaps become variables, and nothing is there without them', () => {
  assert.equal(container(input()).envFrom, undefined)
  for (const template of [templates.web!, templates.worker!]) {
    const given = { ...parameters({ secrets: ['db', 'mail.keys'], configs: ['shared'] }), template }
    assert.deepEqual(container(given).envFrom, [
      { configMapRef: { name: 'shared' } },
      { secretRef: { name: 'db' } },
      { secretRef: { name: 'mail.keys' } },
    ])
  }
})

test('the environment overlays the variables of the app', () => {
  const environment = { ...input().environment, env: { LEVEL: 'debug', EXTRA: '1' } }
  const { env } = container({ ...parameters({ env: { LEVEL: 'info', OWN: '2' } }), environment })
  const own = env.filter((one: { name: string }) => !one.name.startsWith('SAMPAN_'))
  assert.equal(env.length - own.length, 4)
  assert.deepEqual(Object.fromEntries(own.map((one: { name: string; value: string }) => [one.name, one.value])), {
    PORT: '8080',
    LEVEL: 'debug',
    OWN: '2',
    EXTRA: '1',
  })
})

const nasty = [
  '"',
  "'",
  'a: b',
  '\n---\nkind: Secret',
  '{{ image }}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text is meant
  '${X}',
  '# no comment',
  ' lead',
  '- x',
  'yes',
  '0x10',
  '',
]
for (const value of nasty) {
  test(`a value ${JSON.stringify(value)} stays a value`, () => {
    const { env } = container(parameters({ env: { VALUE: value } }))
    assert.equal(env.find((one: { name: string }) => one.name === 'VALUE').value, value)
    assert.equal(renderRelease(parameters({ args: [value] })).documents.length, 4)
  })
}

test('further hosts come after the generated one', () => {
  const given = parameters({ route: { hosts: ['www.example.com'], path: '/shop' } })
  assert.deepEqual(renderRelease(given).hosts, ['web-test.demo.localhost', 'www.example.com'])
  assert.deepEqual(of(given, 'Ingress').spec.rules[1].http.paths[0].path, '/shop')
})

test('without a route there is no Ingress', () => {
  assert.equal(of(parameters({ route: { disabled: true } }), 'Ingress'), undefined)
})

test('a worker has no port and no route', () => {
  const { documents, hosts } = renderRelease(input({ template: templates.worker! }))
  assert.deepEqual(
    documents.map((one) => one.kind),
    ['ServiceAccount', 'Deployment'],
  )
  assert.deepEqual(hosts, [])
})

test('a release that only scales keeps the pods, one that changes them does not', () => {
  const first = renderRelease(input({ number: 1 }))
  const scaled = renderRelease({ ...parameters({ replicas: 5 }), number: 2, before: first.yaml })
  assert.equal(podReleaseIn(scaled.documents), 1)
  assert.deepEqual(
    scaled.documents.map(podTemplateOf),
    first.documents.map(podTemplateOf),
    'not a byte of the pods differs',
  )
  const again = renderRelease({ ...parameters({ replicas: 5, env: { A: '1' } }), number: 3, before: scaled.yaml })
  assert.equal(podReleaseIn(again.documents), 3)
})

const refused: [name: string, template: string, says: RegExp][] = [
  ['an unknown variable', 'name: {{ nope }}', /undefined variable: nope/],
  ['a broken tag', '{% if %}', /cannot be filled in/],
  ['broken YAML', 'a: [', /not valid/],
  ['no objects', '', /makes no objects/],
  ['a document without a kind', 'apiVersion: v1\nmetadata: {name: x}', /apiVersion, kind and metadata.name/],
  ['a file of the server', '{% include "/etc/passwd" %}', /cannot be filled in/],
  ['a host folder', pods('volumes: [{name: x, hostPath: {path: /}}]'), /folder of the machine/],
  ['the network of the machine', pods('hostNetwork: true'), /network or processes/],
  ['a privileged container', pods('', 'securityContext: {privileged: true}'), /privileged/],
  ['a port of the machine', pods('', 'ports: [{containerPort: 1, hostPort: 80}]'), /port of the machine/],
  ['a capability', pods('', 'securityContext: {capabilities: {add: [SYS_ADMIN]}}'), /SYS_ADMIN/],
  [
    'another namespace',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: x, namespace: other}',
    /only have objects in "demo-test"/,
  ],
  [
    'a role',
    'apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}',
    /not a kind that an app may have/,
  ],
  ['a namespace', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: x}', /not a kind/],
  ['a bare pod', 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}', /not a kind/],
  [
    'an address of the machine',
    'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {type: LoadBalancer}',
    /address of the machine/,
  ],
  [
    'a node port',
    'apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {type: NodePort}',
    /address of the machine/,
  ],
]
for (const [name, template, says] of refused) {
  test(`a service type may not have ${name}`, () => {
    assert.throws(() => renderRelease(input({ template })), { name: 'TemplateError', message: says })
  })
}

function pods(spec: string, more = '') {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: x}
spec:
  template:
    spec:
      ${spec}
      containers: [{name: app, image: x${more && `, ${more}`}}]`
}
