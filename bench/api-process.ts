import { mkdirSync } from 'node:fs'
import { silent } from '@sampan/kit/log'
import { openApi } from '../apps/server/src/api.ts'
import { type Config, configFrom } from '../apps/server/src/config.ts'

/**
 * The API alone, as the engine opens it: RBAC, admission, validation, durable store. Arguments: home, port. Messages:
 * `seed <n>` creates so many ConfigMaps, `memory` tells what the process takes.
 */
const [home = '', port = ''] = process.argv.slice(2)
mkdirSync(home, { recursive: true })
const config = {
  ...configFrom({ name: 'bench', home, ports: { api: Number(port) } }),
  images: {},
  baseArchive: '',
} as unknown as Config
const api = await openApi(config, silent, new AbortController().signal)
await api.listen()
process.send?.('ready')

process.on('message', async (message: string) => {
  const [what, count = '0'] = message.split(' ')
  if (what === 'memory') {
    globalThis.gc?.()
    const { rss, heapUsed } = process.memoryUsage()
    process.send?.({ rss: Math.round(rss / 1e6), heap: Math.round(heapUsed / 1e6) })
    return
  }
  if (what !== 'seed') return
  const began = performance.now()
  let next = 0
  const write = async () => {
    while (next < Number(count)) {
      const metadata = { name: `c-${next++}`, namespace: 'default', labels: { app: 'bench' } }
      const body = { metadata, data: { a: 'x'.repeat(200), b: 'y'.repeat(200) } }
      await api.transport.send({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body })
    }
  }
  await Promise.all(Array.from({ length: 256 }, write))
  process.send?.({ seconds: (performance.now() - began) / 1000 })
})

// Also how `--cpu-prof` gets to write its file.
process.on('disconnect', () => process.exit())
