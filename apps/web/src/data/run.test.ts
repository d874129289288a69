import assert from 'node:assert/strict'
import { test } from 'node:test'
import { firstLook, stagesOf } from './run.ts'

test('runs from before there were stages are one stage, step after step', () => {
  const status = {
    state: 'success',
    steps: [
      { name: 'clone', state: 'success' },
      { name: 'build', state: 'failure' },
    ],
  }
  const stages = stagesOf({ status } as never)
  assert.deepEqual(
    stages[0]!.steps.map(({ path, after }) => [path, after]),
    [
      ['clone', []],
      ['build', ['clone']],
    ],
  )
  assert.equal(firstLook(stages)?.path, 'build')
})

test('stages keep what their steps wait for; services wait for nothing', () => {
  const steps = [
    { name: 'db', kind: 'service', state: 'running' },
    { name: 'test', state: 'running' },
    { name: 'lint', state: 'pending', after: ['test'] },
  ]
  const [stage] = stagesOf({ status: { state: 'running', stages: [{ name: 'ci', state: 'running', steps }] } } as never)
  assert.deepEqual(
    stage!.steps.map(({ path, after, isService }) => [path, after, isService]),
    [
      ['ci/db', [], true],
      ['ci/test', [], false],
      ['ci/lint', ['test'], false],
    ],
  )
  assert.equal(firstLook([stage!])?.name, 'test')
})

test('a run that has not begun has no stages', () => assert.deepEqual(stagesOf({}), []))
