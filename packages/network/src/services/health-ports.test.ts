import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type HealthAnswer, healthPorts } from './health-ports.ts'

const freePort = async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
const answer = (local: number): HealthAnswer => ({ namespace: 'shop', name: 'web', local })
async function asked(port: number) {
  for (let tries = 0; ; tries++) {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (response) return { status: response.status, body: (await response.json()) as object }
    if (tries > 50) return undefined
    await sleep(10)
  }
}

test('a health port tells how many endpoints are here, follows them, and closes with its Service', async () => {
  const ports = healthPorts(() => assert.fail('nobody else listens'))
  const port = await freePort()
  const body = (localEndpoints: number) => ({
    service: { namespace: 'shop', name: 'web' },
    localEndpoints,
    serviceProxyHealthy: true,
  })
  ports.set(new Map([[port, answer(2)]]))
  assert.deepEqual(await asked(port), { status: 200, body: body(2) })
  ports.set(new Map([[port, answer(0)]]))
  assert.deepEqual(await asked(port), { status: 503, body: body(0) })
  ports.set(new Map())
  await sleep(20)
  await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
  await ports.close()
})

test('a health port somebody else holds is told once and tried again', async () => {
  const other = createServer().listen(0)
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const failures: number[] = []
  const ports = healthPorts((at) => failures.push(at))
  for (let i = 0; i < 3; i++) {
    ports.set(new Map([[port, answer(1)]]))
    await sleep(20)
  }
  assert.deepEqual(failures, [port])
  await new Promise((resolve) => other.close(resolve))
  ports.set(new Map([[port, answer(1)]]))
  assert.equal((await asked(port))?.status, 200)
  await ports.close()
})
