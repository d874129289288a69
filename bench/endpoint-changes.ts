import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import type { Client } from '@sampan/client/client'
import { pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import { ingress } from '@sampan/resources/networking/ingress'
import { median, percentile } from './report.ts'

const namespace = 'default'
const changes = 30
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export interface EndpointChanges {
  client: Client
  /** Of the instance. */
  home: string
  /** Name of its table. */
  table: string
  /** An image with `sleep`. */
  image: string
}

/**
 * How soon the kernel and nginx know of a pod that becomes ready, is not ready any more, or is deleted, from the moment
 * the API is asked, with 50 Services there. Another endpoint is always ready: the last one stays in use while it ends.
 */
export async function endpointChanges({ client, home, table, image }: EndpointChanges): Promise<void> {
  const monitor = spawn('nft', ['monitor'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(monitor, 'spawn')
  let seen = 0
  monitor.stdout.on('data', (text: Buffer) => {
    if (seen === 0 && text.includes(table)) seen = performance.now()
  })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const control = join(home, 'ingress/control')
  /** What nginx holds. */
  const version = () =>
    new Promise<string>((resolve, reject) => {
      const socketPath = join(control, readdirSync(control)[0]!)
      get({ agent, socketPath, path: '/state' }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      }).on('error', reject)
    })
  const start = (name: string, gated = false) =>
    client.create(pod, {
      metadata: { namespace, name, labels: { app: 'changing' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        ...(gated && { readinessGates: [{ conditionType: 'bench/gate' }] }),
        containers: [{ name: 'main', image, command: ['sleep', '100000'] }],
      },
    } as never)
  const running = async (name: string) => {
    while (!(await client.get(pod, { namespace, name })).status?.containerStatuses?.[0]?.state?.running) await pause(50)
  }
  const gate = (status: string) =>
    client.patch(
      pod,
      { namespace, name: 'gated' },
      { status: { conditions: [{ type: 'bench/gate', status }] } },
      { type: 'strategic', subresource: 'status' },
    )
  async function timed(change: () => Promise<unknown>) {
    const before = await version()
    seen = 0
    const began = performance.now()
    const asked = change()
    let nginx = 0
    while (seen === 0 || nginx === 0) {
      if (nginx === 0 && (await version()) !== before) nginx = performance.now()
      await pause(1)
      if (performance.now() - began > 10_000) throw new Error('a change of endpoints was not seen for 10 s')
    }
    await asked
    return { kernel: seen - began, nginx: nginx - began }
  }
  function told(what: string, all: { kernel: number; nginx: number }[]) {
    for (const place of ['kernel', 'nginx'] as const) {
      const ms = all.map((one) => one[place])
      console.log(
        `${what} → ${place}: median ${Math.round(median(ms))} ms, p99 ${Math.round(percentile(ms, 0.99))} ms (promise: 100)`,
      )
    }
  }
  try {
    for (let i = 0; i < 50; i++)
      await client.create(service, {
        metadata: { namespace, name: `changing-${i}` },
        spec: { selector: { app: i === 0 ? 'changing' : `none-${i}` }, ports: [{ port: 80, targetPort: 8080 }] },
      } as never)
    const backend = { service: { name: 'changing-0', port: { number: 80 } } }
    await client.create(ingress, {
      metadata: { namespace, name: 'changing' },
      spec: { rules: [{ host: 'changing.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    } as never)
    await Promise.all([start('stays'), start('gated', true)])
    await Promise.all([running('stays'), running('gated')])
    await pause(2000)
    const readiness = []
    for (let i = 0; i < changes; i++) {
      readiness.push(await timed(() => gate(i % 2 === 0 ? 'True' : 'False')))
      await pause(300)
    }
    told('readiness change', readiness)
    const deletions = []
    for (let i = 0; i < changes; i += 5) {
      const names = Array.from({ length: 5 }, (_, k) => `leaves-${i + k}`)
      await Promise.all(names.map((name) => start(name)))
      await Promise.all(names.map(running))
      await pause(2000)
      for (const name of names) {
        deletions.push(await timed(() => client.remove(pod, { namespace, name })))
        await pause(300)
      }
      await pause(3000) // their ends are changes too
    }
    told('deletion', deletions)
  } finally {
    monitor.kill()
    agent.destroy()
  }
}
