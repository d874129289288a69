import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Api, testApi } from './api.test-support.ts'

let api: Api
before(async () => {
  api = await testApi()
})
after(() => api.end())

const deployments = '/apis/apps/v1/namespaces/default/deployments'
const yaml = 'application/yaml'
const applied = 'application/apply-patch+yaml'
const text = (name: string, more = '', extra = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}${extra}
spec:
  replicas: 1
${more}  selector: {matchLabels: {a: b}}
  template:
    metadata: {labels: {a: b}}
    spec: {containers: [{name: c, image: i}]}
`
const send = (method: string, path: string, body: string, type: string) =>
  api.ask(method, path, body, { 'content-type': type })

const undeclared = 'failed to create typed patch object (default/odd; apps/v1, Kind=Deployment): '
const cases: { name: string; query: string; body: string; want: string }[] = [
  {
    name: 'a field nobody has',
    query: 'fieldValidation=Strict',
    body: text('odd', '  odd: 1\n'),
    want: `${undeclared}.spec.odd: field not declared in schema`,
  },
  {
    name: 'a field of metadata nobody has, and nothing is asked',
    query: 'fieldValidation=Ignore',
    body: text('odd', '', '\n  odd: 1'),
    want: `${undeclared}.metadata.odd: field not declared in schema`,
  },
  {
    name: 'two of them',
    query: '',
    body: text('odd', '  odd: 1\n  other: 2\n'),
    want: `${undeclared}errors:\n  .spec.odd: field not declared in schema\n  .spec.other: field not declared in schema`,
  },
  {
    name: 'a key that comes twice',
    query: 'fieldValidation=Strict',
    body: text('odd', '  replicas: 2\n'),
    want: 'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key "replicas" already set in map',
  },
]
for (const { name, query, body, want } of cases)
  test(`applying ${name} is refused`, async () => {
    const answer = await send('PATCH', `${deployments}/odd?fieldManager=me&${query}`, body, applied)
    assert.equal(answer.status, 400)
    assert.ok(answer.body.message.endsWith(want), answer.body.message)
    assert.equal((await api.ask('GET', `${deployments}/odd`)).status, 404)
  })

test('a key that comes twice in YAML is told about, and the last one counts', async () => {
  const twice = text('twice', '  "replicas": 2\n')
  const told = 'yaml: unmarshal errors:'
  const strict = await send('POST', `${deployments}?fieldValidation=Strict`, twice, yaml)
  assert.equal(strict.status, 400)
  assert.ok(
    strict.body.message.endsWith(`strict decoding error: ${told}\n  line 7: key "replicas" already set in map`),
    strict.body.message,
  )
  const warned = await send('POST', deployments, twice, yaml)
  assert.deepEqual([warned.status, warned.body.spec.replicas], [201, 2])
  assert.ok(warned.headers.get('warning')?.includes('already set in map'))
  const applying = await send(
    'PATCH',
    `${deployments}/again?fieldManager=me`,
    text('again', '  replicas: 2\n'),
    applied,
  )
  assert.deepEqual([applying.status, applying.body.spec.replicas], [201, 2])
  assert.ok(applying.headers.get('warning')?.includes('line 7'))
})
