import assert from 'node:assert/strict'
import { test } from 'node:test'
import { schemaOf } from '@sampan/resources/schemas'
import { fieldsFrom, pathsOf, treeFrom } from './field-tree.ts'
import { afterUpdate, type Manager } from './managers.ts'
import { merged, withoutDisowned } from './merge.ts'
import { compare, fieldsOf } from './typed.ts'

const service = schemaOf('', 'v1', 'Service')
const pod = schemaOf('', 'v1', 'Pod')

const ports = (...all: object[]) => ({ spec: { ports: all } })
const tcp = { port: 53, protocol: 'TCP' }
const udp = { port: 53, protocol: 'UDP' }

test('the fields of an object name list items by all their keys, defaults included', () => {
  assert.deepEqual(fieldsFrom(fieldsOf(ports({ port: 53 }), service)), {
    'f:spec': { 'f:ports': { 'k:{"port":53,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
  })
})

test('atomic values are one field', () => {
  assert.deepEqual(pathsOf(fieldsOf({ spec: { selector: { a: 'b', c: 'd' } } }, service)), ['.spec.selector'])
})

test('a tree survives being written and read', () => {
  const fields = { 'f:data': { '.': {}, 'f:a': {} }, 'f:metadata': { 'f:finalizers': { 'v:"x"': {} } } }
  assert.deepEqual(fieldsFrom(treeFrom(fields)), fields)
})

const merges: { name: string; live: object; applied: object; want: object }[] = [
  {
    name: 'keeps what was not applied',
    live: { metadata: { labels: { a: '1' } } },
    applied: { metadata: { labels: { b: '2' } } },
    want: { metadata: { labels: { a: '1', b: '2' } } },
  },
  {
    name: 'tells TCP from UDP',
    live: ports(tcp),
    applied: ports({ ...udp, name: 'u' }),
    want: ports(tcp, { ...udp, name: 'u' }),
  },
  {
    name: 'merges an item whose key is a default',
    live: ports({ ...tcp, nodePort: 1 }),
    applied: ports({ port: 53, name: 'n' }),
    want: ports({ ...tcp, nodePort: 1, name: 'n' }),
  },
  { name: 'takes the order of the applied', live: ports(tcp, udp), applied: ports(udp, tcp), want: ports(udp, tcp) },
  {
    name: 'replaces atomic maps',
    live: { spec: { selector: { a: '1' } } },
    applied: { spec: { selector: { b: '2' } } },
    want: { spec: { selector: { b: '2' } } },
  },
]

for (const { name, live, applied, want } of merges)
  test(`apply ${name}`, () => assert.deepEqual(merged(live, applied, service), want))

test('what a manager no longer applies goes, unless somebody else has it', () => {
  const value = { metadata: { labels: { mine: '1', ours: '2' } }, ...ports(tcp, udp) }
  const last = fieldsOf(value, service)
  const owned = fieldsOf({ metadata: { labels: { ours: '2' } }, ...ports(udp) }, service)
  assert.deepEqual(withoutDisowned(value, last, owned, service), { metadata: { labels: { ours: '2' } }, ...ports(udp) })
})

test('quantities that are equal are not a change', () => {
  const withCpu = (cpu: string) => ({ spec: { containers: [{ name: 'c', resources: { limits: { cpu } } }] } })
  assert.deepEqual(pathsOf(compare(withCpu('1000m'), withCpu('1'), pod).changed), [])
  assert.deepEqual(pathsOf(compare(withCpu('1'), withCpu('2'), pod).changed), [
    '.spec.containers[name="c"].resources.limits.cpu',
  ])
})

test('at most ten updaters are told apart', () => {
  let managers: Manager[] = []
  for (let i = 0; i < 15; i++) {
    const comparison = compare({}, { data: { [`k${i}`]: 'x' } }, undefined)
    const time = `2026-01-01T00:00:${String(i).padStart(2, '0')}Z`
    managers = afterUpdate(managers, { manager: `m${i}`, operation: 'Update', apiVersion: 'v1', time }, comparison)
  }
  assert.equal(managers.length, 10)
  const ancient = managers.find(({ manager }) => manager === 'ancient-changes')
  assert.deepEqual(pathsOf(ancient!.fields).length, 6)
})
