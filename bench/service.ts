import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { isReady, pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import type { Config } from '../apps/server/src/config.ts'
import { instanceFor } from '../test/support/instance.ts'
import { httpRate } from './http-rate.ts'
import { median, report } from './report.ts'

const rounds = 7
const ms = 2000

/** Requests to a pod through its Service's address against requests to its own; and how soon a pod that is deleted gets no more. */
export async function serviceBench(): Promise<void> {
  const instance = instanceFor('benchsvc', 7)
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
  const { images } = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as Config
  const transport = httpTransport(await readKubeconfig(`${instance.home}/kubeconfig`))
  const client = clientOver(transport)
  const at = { namespace: 'default', name: 'web' }
  try {
    // nginx of the ingress image is the quickest server at hand.
    const conf =
      'worker_processes 1; events { worker_connections 4096; } http { access_log off; keepalive_requests 10000000;' +
      ' server { listen 8080; location / { return 200 "hello, this is a page of some length\\n"; } } }'
    await client.create(pod, {
      metadata: { ...at, labels: { app: 'web' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: images.ingress,
            command: ['sh', '-c', `echo '${conf}' > /tmp/c; exec nginx -c /tmp/c -g 'daemon off;'`],
            readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    } as never)
    const made = await client.create(service, {
      metadata: at,
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    } as never)
    let podIP: string | undefined
    while (!podIP) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      const now = await client.get(pod, at)
      if (isReady(now)) podIP = now.status?.podIP
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const vip: number[] = []
    const direct: number[] = []
    for (let round = 0; round < rounds; round++) {
      const common = { host: 'web', connections: 32, ms, pids: [] }
      vip.push((await httpRate({ ...common, address: made.spec.clusterIP!, port: 80 })).perSecond)
      direct.push((await httpRate({ ...common, address: podIP, port: 8080 })).perSecond)
    }
    report('A Service against the pod itself', [
      { name: 'requests per second', ours: median(vip), floor: median(direct), unit: '/s', better: 'more' },
    ])
    console.log(`deletion → out of the service table: ${await untilOut(client, at, instance.name)} ms (promise: 100)`)
  } finally {
    await transport.close?.()
    await instance.uninstall()
  }
}

/** Milliseconds from the request to delete a ready pod until the kernel sends nobody to it. */
async function untilOut(client: ReturnType<typeof clientOver>, at: { namespace: string; name: string }, name: string) {
  const monitor: ChildProcess = spawn('nft', ['monitor'], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(monitor, 'spawn')
  await new Promise((resolve) => setTimeout(resolve, 300))
  const changed = new Promise<number>((resolve) =>
    monitor.stdout!.on('data', (text: Buffer) => {
      if (text.toString().includes(`sampan_${name}`)) resolve(performance.now())
    }),
  )
  const began = performance.now()
  await client.remove(pod, at)
  const took = (await changed) - began
  monitor.kill()
  return Math.round(took)
}
