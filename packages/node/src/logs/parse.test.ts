import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLine, shownLine } from './parse.ts'

const time = '2026-01-02T03:04:05.678901234Z'
const shown = (text: string, wish: Partial<Parameters<typeof shownLine>[1]> = {}) => {
  const line = parseLine(Buffer.from(text))
  const bytes = line && shownLine(line, { timestamps: false, ...wish })
  return bytes && Buffer.from(bytes).toString('utf8')
}

const cases = [
  { name: 'a full line', line: `${time} stdout F hello  world`, want: 'hello  world\n' },
  { name: 'a partial line has no newline', line: `${time} stdout P hel`, want: 'hel' },
  { name: 'an empty line', line: `${time} stderr F `, want: '\n' },
  { name: 'an empty line without its space', line: `${time} stderr F`, want: '\n' },
  { name: 'more tags', line: `${time} stdout P:x hel`, want: 'hel' },
  { name: 'with time', line: `${time} stdout F a`, wish: { timestamps: true }, want: `${time} a\n` },
  { name: 'the other stream', line: `${time} stdout F a`, wish: { stream: 'stderr' as const }, want: undefined },
  { name: 'too old', line: `${time} stdout F a`, wish: { since: Date.parse(time) + 1 }, want: undefined },
  { name: 'just in time', line: `${time} stdout F a`, wish: { since: Date.parse(time) }, want: 'a\n' },
  { name: 'no log line', line: 'something else', want: undefined },
  { name: 'nothing', line: '', want: undefined },
]
for (const { name, line, wish, want } of cases) test(`log line: ${name}`, () => assert.equal(shown(line, wish), want))
