import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { impersonate } from '@sampan/apiserver/auth/impersonate'
import { openAuth, systemUser } from '@sampan/apiserver/auth/interfaces'
import { startTestServer, type TestServer } from '@sampan/apiserver/test-server.test-support'
import { clientOver } from '@sampan/client/over'
import { lease } from '@sampan/resources/coordination/lease'
import { configMap } from '@sampan/resources/core/config-map'
import { namespace } from '@sampan/resources/core/namespace'

let server: TestServer
before(async () => {
  const auth = {
    ...openAuth,
    impersonate: (user: typeof systemUser, headers: IncomingHttpHeaders) =>
      impersonate(openAuth.authorizer, user, headers),
  }
  server = await startTestServer({ auth })
})
after(() => server?.close())

test('lists of 10,000 in a loop and 1,000 watches leave room for the node and the console', {
  timeout: 240_000,
}, async (t) => {
  const inside = clientOver(server.api.transport(systemUser))
  await inside.create(namespace, { metadata: { name: 'many' }, spec: {} })
  const data = { text: 'x'.repeat(500) }
  for (let i = 0; i < 10_000; i += 250)
    await Promise.all(
      Array.from({ length: 250 }, (_, n) =>
        inside.create(configMap, { metadata: { name: `c${i + n}`, namespace: 'many' }, data }),
      ),
    )
  await inside.create(lease, {
    metadata: { name: 'node', namespace: 'kube-node-lease' },
    spec: { holderIdentity: 'node' },
  })
  const greedy = fork(
    join(import.meta.dirname, '../support/greedy.ts'),
    [`${server.url}/api/v1/namespaces/many/configmaps`],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  )
  let said = ''
  greedy.stdout!.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  // Hundreds of megabytes of first events come before the last of a thousand watches is open: that is under load, too.
  const isOpen = once(greedy, 'message')

  const node: number[] = []
  const console: number[] = []
  const timed = async (into: number[], call: () => Promise<unknown>) => {
    const began = performance.now()
    await call()
    into.push(performance.now() - began)
  }
  const beat = { spec: { holderIdentity: 'node', leaseDurationSeconds: 40 } }
  const until = performance.now() + 15_000
  let n = 0
  while (performance.now() < until) {
    n++
    await timed(node, () =>
      inside.patch(
        lease,
        { namespace: 'kube-node-lease', name: 'node' },
        { ...beat, metadata: { labels: { n: `${n}` } } },
      ),
    )
    await timed(console, async () => {
      const response = await fetch(`${server.url}/api/v1/namespaces?limit=500`, {
        headers: { 'impersonate-user': 'ana' },
      })
      assert.equal(response.status, 200)
      await response.arrayBuffer()
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await isOpen
  greedy.kill('SIGTERM')
  await once(greedy, 'close')
  const { lists, watches } = JSON.parse(said)
  const shown = (times: number[]) => {
    const sorted = times.toSorted((a, b) => a - b)
    return { median: Math.round(sorted[sorted.length >> 1]!), worst: Math.round(sorted.at(-1)!) }
  }
  const figures = { lists, watches, node: shown(node), console: shown(console) }
  t.diagnostic(JSON.stringify(figures))
  assert.ok(lists > 20 && watches === 1000, JSON.stringify(figures))
  // A lease has 40 s to be renewed, and a page is slow from a second on; another's tests may share the machine.
  assert.ok(figures.node.median < 500 && figures.node.worst < 10_000, JSON.stringify(figures))
  assert.ok(figures.console.median < 1000 && figures.console.worst < 10_000, JSON.stringify(figures))
})
