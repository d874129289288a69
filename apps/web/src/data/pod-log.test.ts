import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podLogPath, stampedLine } from './pod-log.ts'

const lines = [
  {
    text: '2026-01-02T03:04:05.123456789Z GET / 200',
    want: { time: '2026-01-02T03:04:05.123456789Z', from: '', text: 'GET / 200' },
  },
  { text: '2026-01-02T03:04:05Z', want: { time: '2026-01-02T03:04:05Z', from: '', text: '' } },
  { text: 'no time <img src=x>', want: { time: '', from: '', text: 'no time <img src=x>' } },
]
for (const { text, want } of lines) test(`line “${text}”`, () => assert.deepEqual(stampedLine(text), want))

const source = { namespace: 'shop', pod: 'web-1', container: 'app' }
test('a running log is followed; one of before a restart is not', () => {
  assert.match(podLogPath(source, { follow: true }), /follow=true&tailLines=5000$/)
  assert.doesNotMatch(podLogPath({ ...source, previous: true }, { follow: true }), /follow/)
  assert.doesNotMatch(podLogPath(source, { follow: false }), /tailLines/)
})
