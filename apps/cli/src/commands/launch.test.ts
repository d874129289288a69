import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameFrom, parametersFrom } from './launch.ts'

const names = [
  ['my-app', 'my-app'],
  ['My App_2', 'my-app-2'],
  ['2048 Game!', 'game'],
  ['a-very-long-folder-name-that-goes-on', 'a-very-long-folder-name-that-g'],
]
for (const [folder, want] of names)
  test(`folder "${folder}" becomes app "${want}"`, () => assert.equal(nameFrom(folder!), want))

test('a folder name without letters is refused with the remedy', () => {
  assert.throws(() => nameFrom('123'), /--name/)
})

test('flags become parameters', () => {
  const flags = { port: '3000', instances: '2', env: ['A=1', 'B=x=y'], memory: '128Mi' } as never
  assert.deepEqual(parametersFrom({ flags }), { port: 3000, replicas: 2, env: { A: '1', B: 'x=y' }, memory: '128Mi' })
})

test('wrong flags say how to say it', () => {
  assert.throws(() => parametersFrom({ flags: { port: 'http' } }), /--port http: use a whole number/)
  assert.throws(() => parametersFrom({ flags: { env: ['A'] } as never }), /--env A: say it as KEY=VALUE/)
})
