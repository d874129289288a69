import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Stage, StepStatus } from '../status.ts'
import { decideStage, decideWaiting } from './decide.ts'
import type { Entry } from './entries.ts'

const entry = (name: string, more: Partial<Entry> = {}): Entry => ({
  name,
  kind: 'step',
  after: [],
  runsOn: 'on-success',
  isDetached: false,
  failure: 'fail',
  ...more,
})
const clone = entry('clone', { kind: 'clone', runsOn: 'always' })
const service = (name: string) => entry(name, { kind: 'service', after: ['clone'], isDetached: true })

type States = Record<string, StepStatus['state'] | Partial<StepStatus>>
const stage = (entries: readonly Entry[], states: States): Stage => ({
  name: 'default',
  state: 'running',
  steps: entries.map(({ name, kind, isDetached, failure }) => ({
    name,
    kind,
    ...(isDetached && { detach: true }),
    ...((isDetached || failure === 'ignore') && { ignored: true }),
    state: 'pending',
    ...(typeof states[name] === 'string' ? { state: states[name] as StepStatus['state'] } : (states[name] as object)),
  })),
})

const serial = [clone, entry('a', { after: ['clone'] }), entry('b', { after: ['a'] })]
const graph = [
  clone,
  entry('a', { after: ['clone'] }),
  entry('b', { after: ['clone'] }),
  entry('c', { after: ['a', 'b'] }),
]
const always = entry('always', { after: ['a'], runsOn: 'always' })
const onFailure = entry('repair', { after: ['a'], runsOn: 'on-failure' })

const cases: { name: string; entries: Entry[]; states: States; parallel?: number; want: string }[] = [
  { name: 'begins with the clone', entries: serial, states: {}, want: 'start clone' },
  { name: 'waits for what runs', entries: serial, states: { clone: 'running' }, want: '' },
  { name: 'goes on with the next', entries: serial, states: { clone: 'success' }, want: 'start a' },
  {
    name: 'does not start twice what has a pod',
    entries: serial,
    states: { clone: 'success', a: { pod: 'p' } },
    want: '',
  },
  {
    name: 'runs side by side what nothing links',
    entries: graph,
    states: { clone: 'success' },
    want: 'start a, b',
  },
  {
    name: 'runs no more side by side than it may',
    entries: graph,
    states: { clone: 'success' },
    parallel: 1,
    want: 'start a',
  },
  {
    name: 'counts those that have begun',
    entries: graph,
    states: { clone: 'success', a: { pod: 'p' } },
    parallel: 1,
    want: '',
  },
  {
    name: 'waits for all it depends on',
    entries: graph,
    states: { clone: 'success', a: 'success', b: 'running' },
    want: '',
  },
  {
    name: 'skips what comes after a failure, also where nothing links them',
    entries: [clone, entry('a', { after: ['clone'] }), entry('x', { after: ['clone'] })],
    states: { clone: 'success', a: 'failure' },
    want: 'end failure, skip x',
  },
  {
    name: 'lets what runs end before it ends',
    entries: graph,
    states: { clone: 'success', a: 'failure', b: 'running' },
    want: '',
  },
  {
    name: 'runs repairs and what always runs after a failure',
    entries: [clone, entry('a', { after: ['clone'] }), always, onFailure],
    states: { clone: 'success', a: 'failure' },
    want: 'start always, repair',
  },
  {
    name: 'skips repairs when nothing failed',
    entries: [clone, entry('a', { after: ['clone'] }), onFailure],
    states: { clone: 'success', a: 'success' },
    want: 'end success, skip repair',
  },
  {
    name: 'takes an ignored failure for none',
    entries: [clone, entry('a', { after: ['clone'], failure: 'ignore' }), entry('b', { after: ['a'] })],
    states: { clone: 'success', a: 'failure' },
    want: 'start b',
  },
  {
    name: 'stops at once where a step says so',
    entries: [clone, entry('a', { after: ['clone'], failure: 'fail-fast' }), entry('b', { after: ['clone'] }), always],
    states: { clone: 'success', a: 'failure', b: 'running' },
    want: 'end failure, skip always',
  },
  {
    name: 'ends early and well with exit code 78',
    entries: [...serial, always],
    states: { clone: 'success', a: { state: 'success', exitCode: 78 } },
    want: 'end success, skip b, always',
  },
  {
    name: 'starts services after the clone and steps after services',
    entries: [clone, service('db'), entry('a', { after: ['clone'] })],
    states: { clone: 'success' },
    want: 'start db',
  },
  {
    name: 'starts steps when services run',
    entries: [clone, service('db'), entry('a', { after: ['clone'] })],
    states: { clone: 'success', db: 'running' },
    want: 'start a',
  },
  {
    name: 'does not mind how a service ended',
    entries: [clone, service('db'), entry('a', { after: ['clone'] })],
    states: { clone: 'success', db: { state: 'failure', ignored: true } },
    want: 'start a',
  },
  {
    name: 'minds a service that could not start',
    entries: [clone, service('db'), entry('a', { after: ['clone'] })],
    states: { clone: 'success', db: { state: 'error', ignored: true } },
    want: 'end error, skip a',
  },
  {
    name: 'ends with its last step, services or not',
    entries: [clone, service('db'), entry('a', { after: ['clone'] })],
    states: { clone: 'success', db: 'running', a: 'success' },
    want: 'end success',
  },
  {
    name: 'is an error when a step could not even run',
    entries: serial,
    states: { clone: 'success', a: 'error' },
    want: 'end error, skip b',
  },
  { name: 'works without a clone', entries: [entry('a')], states: {}, want: 'start a' },
]
for (const { name, entries, states, parallel, want } of cases) {
  test(`a stage ${name}`, () => {
    const { start, skip, end } = decideStage(entries, stage(entries, states), parallel)
    const said = [
      end && `end ${end}`,
      start.length > 0 && `start ${start.join(', ')}`,
      skip.length > 0 && `skip ${skip.join(', ')}`,
    ]
    assert.equal(said.filter(Boolean).join(', '), want)
  })
}

test('thirty-four steps side by side are one decision', () => {
  const many = [clone, ...Array.from({ length: 34 }, (_, i) => entry(`s${i}`, { after: ['clone'] }))]
  assert.equal(decideStage(many, stage(many, { clone: 'success' })).start.length, 34)
})

const success = { onSuccess: true, onFailure: false }
const waiting: {
  name: string
  states: Record<string, Stage['state']>
  after?: string[]
  wants?: typeof success
  want?: string
}[] = [
  { name: 'starts without anything to wait for', states: {}, want: 'start' },
  { name: 'starts without anything to wait for, whatever else failed', states: { a: 'failure' }, want: 'start' },
  { name: 'waits for another', states: { a: 'running' }, after: ['a'] },
  { name: 'starts after another', states: { a: 'success' }, after: ['a'], want: 'start' },
  { name: 'starts after one that was skipped', states: { a: 'skipped' }, after: ['a'], want: 'start' },
  { name: 'is skipped after a failure', states: { a: 'failure' }, after: ['a'], want: 'skip' },
  {
    name: 'is skipped after any failure, not only of those it waits for',
    states: { a: 'success', b: 'failure' },
    after: ['a'],
    want: 'skip',
  },
  {
    name: 'runs for a failure',
    states: { a: 'failure' },
    after: ['a'],
    wants: { onSuccess: false, onFailure: true },
    want: 'start',
  },
  {
    name: 'that is for failures is skipped when all is well',
    states: { a: 'success' },
    after: ['a'],
    wants: { onSuccess: false, onFailure: true },
    want: 'skip',
  },
]
for (const { name, states, after, wants = success, want } of waiting) {
  test(`a stage that waits ${name}`, () => {
    const others = Object.entries(states).map(([each, state]): Stage => ({ name: each, state, steps: [] }))
    const own: Stage = { name: 'own', state: 'pending', steps: [], ...(after && { after }) }
    assert.equal(decideWaiting(own, [...others, own], wants), want)
  })
}
