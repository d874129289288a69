import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ago, clockTime, clockTimeExact } from './when.ts'

const now = Date.parse('2026-01-02T12:00:00Z')
const cases = [
  ['2026-01-02T11:59:30Z', 'en', '30 seconds ago'],
  ['2026-01-02T11:57:00Z', 'en', '3 minutes ago'],
  ['2026-01-02T11:57:00Z', 'zh', '3分钟前'],
  ['2026-01-01T11:00:00Z', 'en', 'yesterday'],
  ['2026-01-02T12:00:10Z', 'en', 'now'],
  ['2026-01-05T13:00:00Z', 'en', 'in 3 days'],
  ['2026-01-02T14:00:00Z', 'zh', '2小时后'],
] as const
for (const [time, language, want] of cases)
  test(`${time} is "${want}"`, () => assert.equal(ago(time, language, now), want))

const zones: [zone: string, time: string, clock: string, exact: string][] = [
  ['Asia/Shanghai', '2026-01-02T08:54:18.123456789Z', '16:54:18', '2026-01-02 16:54:18.123456789 +08:00'],
  ['Asia/Shanghai', '2026-01-01T15:59:59Z', '01-01 23:59:59', '2026-01-01 23:59:59 +08:00'],
  ['America/St_Johns', '2026-01-02T12:30:00Z', '09:00:00', '2026-01-02 09:00:00 -03:30'],
  ['UTC', '2025-01-02T12:30:00Z', '01-02 12:30:00', '2025-01-02 12:30:00 +00:00'],
  ['UTC', 'yesterday', 'yesterday', 'yesterday'],
]
for (const [zone, time, clock, exact] of zones)
  test(`${time} is ${clock} to who reads it in ${zone}`, () => {
    const before = process.env.TZ
    process.env.TZ = zone
    try {
      assert.equal(clockTime(time, now), clock)
      assert.equal(clockTimeExact(time), exact)
    } finally {
      if (before === undefined) delete process.env.TZ
      else process.env.TZ = before
    }
  })
