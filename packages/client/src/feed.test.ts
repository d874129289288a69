import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import type { Client } from './client.ts'
import { feed } from './feed.ts'

/** A container behind a server of the v5 dialect, which says `last` before it ends the stream. */
function container({ last }: { last?: object } = {}) {
  const heard: number[][] = []
  const asked: { path: string; protocols: string[] }[] = []
  const connect: Client['connect'] = async ({ path, protocols }) => {
    asked.push({ path, protocols })
    const messages = new Duplex({
      objectMode: true,
      read: () => undefined,
      write(message: Uint8Array, _, done) {
        heard.push([...message])
        if (message[0] === 255) {
          if (last) messages.push(Buffer.concat([Buffer.of(3), Buffer.from(JSON.stringify(last))]))
          messages.push(null)
        }
        done()
      },
    })
    return { protocol: 'v5.channel.k8s.io', messages }
  }
  return { connect, heard, asked }
}

const at = { namespace: 'builds', name: 'web-1' }
const input = Buffer.from('go\0')

test('input goes to the container, then its end; the answer is the end of the stream', async () => {
  const { connect, heard, asked } = container()
  await feed({ connect }, at, { container: 'clone', input, signal: AbortSignal.timeout(5000) })
  assert.deepEqual(heard, [
    [0, ...input],
    [255, 0],
  ])
  assert.match(asked[0]!.path, /\/namespaces\/builds\/pods\/web-1\/attach\?container=clone&stdin=true&stdout=true$/)
  assert.deepEqual(asked[0]!.protocols, ['v5.channel.k8s.io'])
})

test('what the runtime refuses is thrown', async () => {
  const last = { kind: 'Status', status: 'Failure', code: 500, reason: 'InternalError', message: 'no such container' }
  const { connect } = container({ last })
  const fed = feed({ connect }, at, { container: 'clone', input, signal: AbortSignal.timeout(5000) })
  await assert.rejects(fed, /no such container/)
})
