import { existsSync, readFileSync } from 'node:fs'
import type { Client } from '@sampan/client/client'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { connectCri } from '@sampan/node/cri/client'
import { runtimeSocket } from '@sampan/node/runtime-files'
import { deployment } from '@sampan/resources/apps/deployment'
import { isReady, pod } from '@sampan/resources/core/pod'
import { type Config, stateOf } from '../apps/server/src/config.ts'
import { instanceFor } from '../test/support/instance.ts'
import { removeDirect, startDirectly, timed } from './direct.ts'
import { median, report } from './report.ts'

const many = 50
const command = ['sh', '-c', 'sleep 100000']

/** One pod, and 50 at once, through the API and by the same CRI calls made directly, on one instance of its own. */
export async function podsBench(): Promise<void> {
  const instance = instanceFor('bench', 8)
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
  const config = JSON.parse(readFileSync(`${instance.home}/config.json`, 'utf8')) as Config
  const transport = httpTransport(await readKubeconfig(`${instance.home}/kubeconfig`))
  const client = clientOver(transport)
  const cri = connectCri(runtimeSocket(stateOf(config)))
  const image = config.images.registry
  try {
    const one: { ours: number[]; floor: number[] } = { ours: [], floor: [] }
    for (let round = 0; round < 7; round++) {
      one.floor.push(await timed(() => startDirectly(cri, { name: `one-${round}`, image, command })))
      one.ours.push(await timed(() => throughApi(client, `one-${round}`, image)))
    }
    const fifty: { ours: number[]; floor: number[] } = { ours: [], floor: [] }
    for (let round = 0; round < 2; round++) {
      fifty.floor.push(
        await timed(() =>
          Promise.all(
            Array.from({ length: many }, (_, i) => startDirectly(cri, { name: `many-${round}-${i}`, image, command })),
          ),
        ),
      )
      await removeDirect(cri)
      fifty.ours.push(await scaled(client, `many-${round}`, image))
    }
    report('Pods against the same CRI calls made directly', [
      { name: 'pod start', ours: median(one.ours), floor: median(one.floor), unit: 'ms', better: 'less' },
      {
        name: `1 → ${many} pods ready`,
        ours: Math.min(...fifty.ours),
        floor: Math.min(...fifty.floor),
        unit: 'ms',
        better: 'less',
      },
    ])
  } finally {
    await removeDirect(cri)
    cri.close()
    await transport.close?.()
    await instance.uninstall()
  }
}

const spec = (image: string) => ({
  terminationGracePeriodSeconds: 0,
  automountServiceAccountToken: false,
  containers: [{ name: 'main', image, command }],
})

/** From the request to Ready, as a watch shows it. */
async function throughApi(client: Client, name: string, image: string): Promise<void> {
  const stop = new AbortController()
  const { metadata } = await client.list(pod, { namespace: 'default' })
  const events = client.watch(pod, { namespace: 'default', since: metadata.resourceVersion!, signal: stop.signal })
  await client.create(pod, { metadata: { name, namespace: 'default' }, spec: spec(image) } as never)
  for await (const event of events) {
    if (
      event.type !== 'ERROR' &&
      event.object.metadata.name === name &&
      event.type !== 'BOOKMARK' &&
      isReady(event.object)
    )
      break
  }
  stop.abort()
  await client.remove(pod, { namespace: 'default', name }, { graceSeconds: 0 })
}

/** A Deployment of one pod is scaled to 50; gives the milliseconds until 50 are ready. */
async function scaled(client: Client, name: string, image: string): Promise<number> {
  const at = { namespace: 'default', name }
  const labels = { app: name }
  await client.create(deployment, {
    metadata: at,
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: spec(image) } },
  } as never)
  await ready(client, at, 1)
  const taken = await timed(async () => {
    await client.patch(deployment, at, { spec: { replicas: many } })
    await ready(client, at, many)
  })
  await client.remove(deployment, at, { propagation: 'Foreground' })
  while ((await client.list(pod, { namespace: 'default', labels: `app=${name}` })).items.length > 0)
    await new Promise((resolve) => setTimeout(resolve, 200))
  return taken
}

async function ready(client: Client, at: { namespace: string; name: string }, count: number) {
  const stop = new AbortController()
  for await (const event of client.watch(deployment, { namespace: at.namespace, since: '0', signal: stop.signal })) {
    if (event.type === 'ERROR' || event.type === 'BOOKMARK') continue
    if (event.object.metadata.name === at.name && (event.object.status?.readyReplicas ?? 0) >= count) break
  }
  stop.abort()
}
