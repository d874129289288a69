import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { jsonLog } from '@sampan/kit/log'
import type { Pki } from './pki.ts'
import { keepCertificates } from './renewal.ts'

const pki = (cert: string): Pki<'admin'> => ({
  ca: 'ca',
  serving: { cert, key: 'k' },
  clients: { admin: { cert, key: 'k' } },
  serviceAccountKey: 's',
})

async function looksAt(t: TestContext, open: (look: number) => Pki<'admin'>) {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const used: string[] = []
  const lines: string[] = []
  let looks = 0
  keepCertificates({
    current: pki('first'),
    open: async () => open(++looks),
    use: ({ serving }) => used.push(serving.cert),
    everyMs: 1,
    log: jsonLog((line) => lines.push(line)),
    signal: stop.signal,
  })
  while (looks < 6) await sleep(1)
  stop.abort()
  return { used, log: lines.join('') }
}

test('what is renewed is put to use once', async (t) => {
  const { used } = await looksAt(t, (look) => pki(look < 3 ? 'first' : 'second'))
  assert.deepEqual(used, ['second'])
})

test('a failure is told and tried again', async (t) => {
  const { used, log } = await looksAt(t, (look) => {
    if (look < 3) throw new Error('disk full')
    return pki('second')
  })
  assert.deepEqual(used, ['second'])
  assert.match(log, /could not be renewed/)
})
