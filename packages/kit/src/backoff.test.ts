import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitAfter } from './backoff.ts'

const cases = [
  { name: 'does not wait without a failure', failures: 0, random: 0, want: 0 },
  { name: 'starts with the first wait', failures: 1, random: 0, want: 10 },
  { name: 'doubles', failures: 4, random: 0, want: 80 },
  { name: 'stops growing at the most', failures: 60, random: 0, want: 1000 },
  { name: 'survives very many failures', failures: 5000, random: 0, want: 1000 },
  { name: 'takes off a random share', failures: 1, random: 1, want: 8 },
]

for (const { name, failures, random, want } of cases)
  test(`back-off ${name}`, () =>
    assert.equal(
      waitAfter(failures, { first: 10, most: 1000 }, () => random),
      want,
    ))
