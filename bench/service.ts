import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { isReady, pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import type { Config } from '../apps/server/src/config.ts'
import { instanceFor } from '../test/support/instance.ts'
import { endpointChanges } from './endpoint-changes.ts'
import { rateInTurns } from './http-rate.ts'
import { lastProcessor, place, treeOf } from './processor.ts'
import { type Measured, report } from './report.ts'

const turns = 15

/** Requests to a pod through its Service's address against requests to its own; and how soon changes of endpoints are known. */
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
    const podOf = (name: string, command: string, more: object = {}) =>
      client.create(pod, {
        metadata: { namespace: 'default', name, labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image: images.ingress, command: ['sh', '-c', command], ...more }],
        },
      } as never)
    await podOf('web', `echo '${conf}' > /tmp/c; exec nginx -c /tmp/c -g 'daemon off;'`, {
      readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
    })
    await podOf('asks', 'exec sleep 99999')
    const made = await client.create(service, {
      metadata: at,
      spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
    } as never)
    let podIP: string | undefined
    while (!podIP) {
      await new Promise((resolve) => setTimeout(resolve, 200))
      const [web, asks] = await Promise.all([client.get(pod, at), client.get(pod, { ...at, name: 'asks' })])
      if (isReady(web) && isReady(asks)) podIP = web.status?.podIP
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const [[server = 0], [asks]] = await Promise.all([pidsOf('nginx -c /tmp/c'), pidsOf('sleep 99999')])
    place(treeOf(server), lastProcessor)
    const rows: Measured[] = []
    for (const [name, from] of [['from the node'], ['from a pod', asks]] as const) {
      const common = { host: 'web', connections: 32, seconds: 1, pids: [], ...(from && { from }) }
      const rate = await rateInTurns(
        turns,
        { ...common, address: made.spec.clusterIP!, port: 80 },
        { ...common, address: podIP, port: 8080 },
      )
      rows.push({ name: `requests per second ${name}`, ...rate('perSecond'), unit: '/s', better: 'more' })
    }
    report('A Service against the pod itself', rows)
    const table = `sampan_${instance.name}`
    await endpointChanges({ client, home: instance.home, table, image: images.ingress })
  } finally {
    await transport.close?.()
    await instance.uninstall()
  }
}

/** Processes whose command line has this, oldest first. */
async function pidsOf(text: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('pgrep', ['-f', text])
  return stdout.trim().split('\n').map(Number)
}
