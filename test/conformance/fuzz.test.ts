import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { fuzzRequests } from '@sampan/apiserver/fuzz-requests.test-support'
import { startControlPlane } from '../support/control-plane.ts'

/** The seed is fixed, so that a failure comes again; `SEED` for another, `FUZZ` for more or fewer. */
const requests = Number(process.env.FUZZ ?? 10_000)
const seed = Number(process.env.SEED ?? 4)

/** Nothing is waited for longer; a watch of the fuzzer ends after one second by its own wish. */
const longestMs = 20_000
const atOnce = 16

test(`${requests} odd requests over HTTP, with everything running: no crash, no 500, no hang`, {
  timeout: 540_000,
}, async () => {
  const problems: string[] = []
  const plane = await startControlPlane()
  const { hostname, port } = new URL(plane.url)
  const next = fuzzRequests(seed)
  const counts: Record<string, number> = {}
  let left = requests
  const client = async () => {
    while (left-- > 0) {
      const { method, path, body, type } = next()
      const about = `${method} ${path} (${type}) ← ${String(body).slice(0, 300)}`
      try {
        const response = await fetch(plane.url + path, {
          method,
          ...(body !== undefined && { body: body as string }),
          ...(type && { headers: { 'content-type': type } }),
          signal: AbortSignal.timeout(longestMs),
        })
        const text = await response.text()
        const group = `${Math.floor(response.status / 100)}xx`
        counts[group] = (counts[group] ?? 0) + 1
        // One answer is a 500 upstream too: a resourceVersion on an object to be created.
        if (response.status >= 500 && !text.includes('resourceVersion should not be set on objects to be created'))
          problems.push(`${response.status} ${text.slice(0, 300)}: ${about}`)
      } catch (error) {
        problems.push(`${(error as Error).message}: ${about}`)
      }
      if (left % 100 === 0) await brokenOff()
    }
  }

  /** A request that never ends and a watch nobody reads: the server must shrug them off. */
  async function brokenOff() {
    for (const text of [
      'POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"metadata"',
      'GET /api/v1/pods?watch=1 HTTP/1.1\r\nhost: x\r\n\r\n',
      'POST /api/v1/namespaces HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"met',
    ]) {
      const socket = connect(Number(port), hostname)
      await once(socket, 'connect')
      socket.on('error', () => undefined) // it is cut off below
      socket.write(text)
      setTimeout(() => socket.resetAndDestroy(), 50)
    }
  }

  await Promise.all(Array.from({ length: atOnce }, client))
  const alive = await fetch(`${plane.url}/readyz`)
  assert.equal(await alive.text(), 'ok')
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
  await plane.close()
  assert.deepEqual([...new Set(problems)].slice(0, 10), [])
  assert.ok((counts['2xx'] ?? 0) > requests / 50 && (counts['4xx'] ?? 0) > requests / 4, JSON.stringify(counts))
})
