import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppParameters } from '@sampan/resources/sampan/app'
import { canonical, changeInWords, parameterProblems } from './parameters.ts'

const base: AppParameters = { replicas: 1, cpu: '500m', memory: '256Mi', env: {} }

const problems: [given: Partial<AppParameters>, says?: RegExp][] = [
  [{}],
  [{ cpu: '1.5', memory: '1Gi', env: { A_B: 'x', 'a.b-c': '' } }],
  [{ check: { path: '/health', status: '2xx' } }],
  [{ route: { hosts: ['www.example.com', 'xn--80ak6aa92e.com'], path: '/x' } }],
  [{ cpu: 'fast' }, /cpu is "fast"/],
  [{ cpu: '-1' }, /cpu is "-1"/],
  [{ memory: 'lots' }, /memory is "lots"/],
  [{ memory: '512m' }, /did you mean 512Mi/],
  [{ memory: '512' }, /did you mean 512Mi/],
  [{ env: { '1A': '' } }, /"1A" cannot be the name/],
  [{ env: { 'A B': '' } }, /"A B"/],
  [{ route: { hosts: ['Example.com'] } }, /"Example.com" is not a host name/],
  [{ route: { hosts: ['http://x.y'] } }, /not a host name/],
  [{ route: { hosts: ['localhost'] } }, /not a host name/],
  [{ secrets: ['db', 'mail.keys'], configs: ['shared'] }],
  [{ secrets: ['DB'] }, /"DB" is not the name of a Secret/],
  [{ configs: ['a b'] }, /"a b" is not the name/],
  [{ route: { path: 'x' } }, /must start with/],
  [{ check: { path: 'x' } }, /must start with/],
  [{ check: { path: '/', status: 'ok' } }, /write a code/],
]
for (const [given, says] of problems) {
  test(`parameters ${JSON.stringify(given)} are ${says ? 'refused' : 'fine'}`, () => {
    const found = parameterProblems({ ...base, ...given })
    if (says) assert.match(found.join(' '), says)
    else assert.deepEqual(found, [])
  })
}

const changes: [before: Partial<AppParameters>, after: Partial<AppParameters>, words?: string][] = [
  [{}, {}],
  [{}, { replicas: 3 }, 'scaled to 3'],
  [{}, { cpu: '1', memory: '1Gi' }, 'cpu 1, memory 1Gi'],
  [{ port: 80 }, {}, 'port as the image says'],
  [{ env: { A: '1', B: '2' } }, { env: { A: '9', C: '3' } }, 'env A set, env B removed, env C set'],
  [{}, { args: ['x'] }, 'args changed'],
  [{ configs: ['a'] }, { secrets: ['db'] }, 'secrets changed, configs changed'],
  [{ route: { path: '/', hosts: [] } }, { route: { hosts: [], path: '/' } }],
]
for (const [before, after, words] of changes) {
  test(`from ${JSON.stringify(before)} to ${JSON.stringify(after)} is "${words}"`, () => {
    assert.equal(changeInWords({ ...base, ...before }, { ...base, ...after }), words)
  })
}

test('values of environment variables are never in the words', () => {
  assert.ok(!changeInWords(base, { ...base, env: { PASSWORD: 'hunter2' } })?.includes('hunter2'))
})

test('equal values have equal canonical texts', () => {
  assert.equal(
    canonical({ a: 1, b: { d: 2, c: [3, { f: 1, e: 2 }] } }),
    canonical({ b: { c: [3, { e: 2, f: 1 }], d: 2 }, a: 1 }),
  )
})
