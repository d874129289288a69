import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago } from './when.ts'

const now = Date.parse('2026-01-02T12:00:00Z')
const cases = [
  ['2026-01-02T11:59:30Z', 'en', '30 seconds ago'],
  ['2026-01-02T11:57:00Z', 'en', '3 minutes ago'],
  ['2026-01-02T11:57:00Z', 'zh', '3分钟前'],
  ['2026-01-01T11:00:00Z', 'en', 'yesterday'],
  ['2026-01-02T12:00:10Z', 'en', 'now'],
] as const
for (const [time, language, want] of cases)
  test(`${time} is "${want}"`, () => assert.equal(ago(time, language, now), want))
