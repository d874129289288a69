import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { builtInKinds } from '@sampan/resources/kinds'
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts'
import { type Sample, samples } from './api-samples.ts'

/**
 * What the conformance suite asks of every kind under names like "should support … API operations": discovery, create, get,
 * list, watch, patch, update, status, delete, deletecollection, in that order, with all controllers running.
 */
let plane: ControlPlane
before(async () => {
  plane = await startControlPlane()
  await ask('POST', '/api/v1/namespaces', { metadata: { name: 'samples' } })
})
after(() => plane?.close())

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely, the assertions are the check
type Json = any

async function ask(method: string, path: string, body?: object, type = 'application/json') {
  const response = await fetch(plane.url + path, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': type } }),
  })
  const answer: Json = await response.json()
  return { status: response.status, body: answer }
}

async function must(method: string, path: string, body?: object, type?: string): Promise<Json> {
  const { status, body: answer } = await ask(method, path, body, type)
  assert.ok(status < 300, `${method} ${path}: ${status} ${answer.message}`)
  return answer
}

/** Writes until nobody else has written in between: controllers may. */
async function update(path: string, change: (object: Json) => void): Promise<Json> {
  for (let tries = 0; ; tries++) {
    const object = await must('GET', path)
    change(object)
    const { status, body } = await ask('PUT', path, object)
    if (status < 300) return body
    assert.ok(status === 409 && tries < 20, `PUT ${path}: ${status} ${body.message}`)
  }
}

/** Types of the events about one object, as they come; `text` is all that was said. */
async function watching(path: string) {
  const call = get(`${plane.url}${path}`)
  const [response] = await once(call, 'response')
  const seen = { text: '' }
  response.setEncoding('utf8').on('data', (piece: string) => {
    seen.text += piece
  })
  return {
    async until(pattern: RegExp) {
      for (let i = 0; i < 250 && !pattern.test(seen.text); i++) await sleep(20)
      assert.match(seen.text, pattern)
    },
    stop: () => call.destroy(),
  }
}

const merge = 'application/merge-patch+json'
const groupPath = (apiVersion: string) => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)

async function inDiscovery({ apiVersion, plural, kind, status }: Sample) {
  const { resources } = await must('GET', groupPath(apiVersion))
  const names = resources.filter((one: Json) => one.name.split('/')[0] === plural)
  assert.equal(names[0]?.kind, kind)
  if (status) assert.ok(names.some((one: Json) => one.name === `${plural}/status`))
  if (!apiVersion.includes('/')) return
  const [group = '', version = ''] = apiVersion.split('/')
  const known = await must('GET', `/apis/${group}`)
  assert.ok(known.versions.some((one: Json) => one.version === version))
  assert.ok((await must('GET', '/apis')).groups.some((one: Json) => one.name === group))
}

async function operate(sample: Sample) {
  const { apiVersion, plural, kind, namespaced, body, status, onlyStatus, single } = sample
  await inDiscovery(sample)
  const root = groupPath(apiVersion)
  const all = namespaced ? `${root}/namespaces/samples/${plural}` : `${root}/${plural}`
  const nameOf = sample.name ?? ((n: number) => `sample-${n}`)
  const mark = { special: `${plural}-${apiVersion.split('.')[0]!.replace('/', '-')}` }
  const selected = `labelSelector=${encodeURIComponent(`special=${mark.special}`)}`
  const make = (n: number) =>
    must('POST', all, { apiVersion, kind, metadata: { name: nameOf(n), labels: mark }, ...body })
  await make(0)
  const one = `${all}/${nameOf(0)}`
  const read = await must('GET', one)
  assert.deepEqual([read.kind, read.apiVersion, read.metadata.name], [kind, apiVersion, nameOf(0)])
  await Promise.all([make(1), make(2)])
  const list = await must('GET', `${all}?${selected}`)
  assert.deepEqual([list.kind, list.items.length], [`${kind}List`, 3])
  if (namespaced) assert.equal((await must('GET', `${root}/${plural}?${selected}`)).items.length, 3)
  const watched = await watching(`${all}?watch=true&resourceVersion=${list.metadata.resourceVersion}&${selected}`)

  const patched = await must('PATCH', one, { metadata: { annotations: { patched: 'true' } } }, merge)
  assert.equal(patched.metadata.annotations.patched, 'true')
  const updated = await update(one, (object) => {
    object.metadata.annotations.updated = 'true'
  })
  assert.deepEqual([updated.metadata.annotations.updated, updated.metadata.annotations.patched], ['true', 'true'])
  await watched.until(/"MODIFIED".*"updated":"true"/)
  if (status) {
    const told = { metadata: { annotations: { patchedstatus: 'true' } }, status }
    const stated = await must('PATCH', `${one}/status`, told, merge)
    assert.equal(stated.metadata.annotations?.patchedstatus, onlyStatus ? undefined : 'true')
    for (const key of Object.keys(status)) if (key in stated.status) assert.ok(stated.status[key] !== undefined, key)
    assert.equal((await must('GET', `${one}/status`)).kind, kind)
    await update(`${one}/status`, (object) => {
      object.status = { ...object.status, ...status }
    })
  }
  await must('DELETE', one)
  await watched.until(new RegExp(single ? '"Terminating"' : '"DELETED"'))
  watched.stop()
  if (single) return
  assert.equal((await ask('GET', one)).status, 404)
  await must('DELETE', `${all}?${selected}`)
  for (let i = 0; i < 250; i++) {
    if ((await must('GET', `${all}?${selected}`)).items.length === 0) return
    await sleep(20)
  }
  assert.fail('what was deleted as a collection is still there')
}

for (const sample of samples)
  test(`${sample.kind} in ${sample.apiVersion}: every operation`, { timeout: 20_000 }, () => operate(sample))

test('no kind with all operations is left out', () => {
  const tried = new Set(samples.map(({ apiVersion, plural }) => `${apiVersion}/${plural}`))
  const missing = builtInKinds
    .filter(({ verbs }) => !verbs || verbs.includes('deletecollection'))
    .map(({ group, version, plural }) => `${group ? `${group}/` : ''}${version}/${plural}`)
    .filter((one) => !tried.has(one))
  assert.deepEqual(missing.sort(), [
    'apiextensions.k8s.io/v1/customresourcedefinitions',
    'apiregistration.k8s.io/v1/apiservices',
    'autoscaling/v1/horizontalpodautoscalers',
    'v1/pods',
  ])
})
