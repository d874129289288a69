import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signalNumber } from './stop-container.ts'

const cases: [string | undefined, number | undefined][] = [
  [undefined, undefined],
  ['SIGTERM', 15],
  ['SIGUSR1', 10],
  ['SIGRTMIN', 34],
  ['SIGRTMIN+3', 37],
  ['SIGRTMAX-1', 63],
  ['SIGNONE', undefined],
]
for (const [name, want] of cases) test(`signal ${name}`, () => assert.equal(signalNumber(name), want))
