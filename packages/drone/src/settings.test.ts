import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf } from './plan.ts'
import { sampleBuild } from './sample-build.ts'

/** PLUGIN_X of a step whose setting x is written so. */
function pluginOf(written: string) {
  const file = `kind: pipeline\nname: p\nsteps:\n- name: s\n  image: i\n  settings:\n    x: ${written}\n`
  const plan = planOf(file, sampleBuild({ event: 'push' }))
  assert.deepEqual(plan.errors, [])
  return plan.pipelines[0]!.steps[0]!.plugin.PLUGIN_X
}

const cases: [written: string, want: unknown][] = [
  ['text', 'text'],
  ['yes', 'true'],
  ['off', 'false'],
  ['y', 'true'],
  ['"yes"', 'yes'],
  ['0777', '511'],
  ['08', '8'],
  ['1.10', '1.1'],
  ['1_000', '1000'],
  ['0x1F', '31'],
  ['12:30:00', '12:30:00'],
  ['2020-01-02', '2020-01-02'],
  ['1e6', '1e+06'],
  ['1000000', '1000000'],
  ['123456789.5', '1.234567895e+08'],
  ['0.00001', '1e-05'],
  ['18446744073709551615', '18446744073709551615'],
  ['.inf', '+Inf'],
  ['1e400', '1e400'],
  ['~', undefined],
  ['""', ''],
  ['[1.10, yes, null, a b]', '1.1,true,,a b'],
  ['[]', ''],
  ['{}', '{}'],
  ['{b: 1, a: "<x> & y"}', '{"a":"\\u003cx\\u003e \\u0026 y","b":1}'],
  ['[{a: 1}, 2]', '[{"a":1},2]'],
  ['[[1, 2], [3]]', '[[1,2],[3]]'],
  ['{yes: no}', '{"true":false}'],
  ['{from_secret: token}', { from_secret: 'token' }],
  ['{from_secret: token, other: x}', { from_secret: 'token' }],
  ['[{from_secret: token}]', '[{"from_secret":"token"}]'],
  ['{a: {from_secret: token}}', '{"a":{"from_secret":"token"}}'],
  ['!!str 1.10', '1.10'],
  ['!!binary aGVsbG8=', 'hello'],
]
for (const [written, want] of cases)
  test(`setting ${written} is passed on`, () => assert.deepEqual(pluginOf(written), want))

test('only the case of a setting name changes', () => {
  const file = 'kind: pipeline\nsteps:\n- name: s\n  image: i\n  settings: {some-key: 1, aB_c: 2}\n'
  const { plugin } = planOf(file, sampleBuild({ event: 'push' })).pipelines[0]!.steps[0]!
  assert.deepEqual(plugin, { 'PLUGIN_SOME-KEY': '1', PLUGIN_AB_C: '2' })
})
