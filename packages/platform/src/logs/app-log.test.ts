import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caches as openCaches } from '@sampan/client/caches'
import type { Client, LogOptions } from '@sampan/client/client'
import { memoryClient } from '@sampan/client/memory-client'
import { channel } from '@sampan/kit/channel'
import { pod } from '@sampan/resources/core/pod'
import { StatusError } from '@sampan/resources/errors'
import type { Ref } from '@sampan/resources/meta'
import { appLog, type InstanceLine } from './app-log.ts'

const second = (n: number) => `2026-01-01T00:00:${String(n).padStart(2, '0')}.000000000Z`

/** Pods whose logs are written by the test; `asked` keeps what was asked of them. */
async function setUp() {
  const memory = memoryClient()
  const written = new Map<string, string[]>()
  const live = new Map<string, ReturnType<typeof channel<string>>>()
  const asked: LogOptions[] = []
  async function* logs({ name }: Ref, options: LogOptions = {}): AsyncGenerator<Uint8Array> {
    asked.push(options)
    if (!written.has(name)) throw new StatusError('NotFound', `pods "${name}" not found`)
    const lines = written.get(name)!.filter((line) => !options.sinceTime || line >= options.sinceTime)
    if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`)
    if (!options.follow) return
    const more = live.get(name) ?? channel<string>()
    live.set(name, more)
    for await (const line of more) yield Buffer.from(`${line}\n`)
  }
  const client: Client = { ...memory, logs }
  const caches = openCaches({ client: memory })
  const pods = caches.of(pod)
  await pods.synced
  return {
    client,
    pods,
    asked,
    live,
    add(name: string, lines?: string[]) {
      if (lines) written.set(name, lines)
      memory.seed(pod, {
        metadata: { name, namespace: 'demo-test' },
        spec: { containers: [{ name: 'app', image: 'x' }] },
        status: { containerStatuses: [{ name: 'app', restartCount: 0, state: { running: {} } }] },
      } as never)
    },
    until: async (isTrue: () => boolean) => {
      while (!isTrue()) await new Promise((resolve) => setImmediate(resolve))
    },
    close: () => caches.close(),
  }
}

const shown = ({ instance, text }: InstanceLine) => `${instance} ${text}`

test('what all instances wrote comes by time', async () => {
  const one = await setUp()
  one.add('web-a', [`${second(1)} first`, `${second(4)} fourth`])
  one.add('web-b', [`${second(2)} second`, `${second(3)} third`])
  await one.until(() => one.pods.list().length === 2)
  const options = { client: one.client, pods: one.pods, isOurs: () => true, follow: false, tail: 7 }
  const lines = await Array.fromAsync(appLog({ ...options, signal: new AbortController().signal }))
  assert.deepEqual(lines.map(shown), ['web-a first', 'web-b second', 'web-b third', 'web-a fourth'])
  assert.deepEqual(
    one.asked.map(({ tailLines, timestamps }) => [tailLines, timestamps]),
    [
      [7, true],
      [7, true],
    ],
  )
  await one.close()
})

test('an instance without a log, and those of others, are left out', async () => {
  const one = await setUp()
  one.add('web-a', [`${second(1)} here`])
  one.add('web-b')
  one.add('other', [`${second(1)} not ours`])
  await one.until(() => one.pods.list().length === 3)
  const isOurs = ({ metadata }: { metadata: { name: string } }) => metadata.name.startsWith('web')
  const signal = new AbortController().signal
  const lines = await Array.fromAsync(appLog({ client: one.client, pods: one.pods, isOurs, follow: false, signal }))
  assert.deepEqual(lines.map(shown), ['web-a here'])
  await one.close()
})

test('following goes on where the past ended, and takes in instances that come later', async () => {
  const one = await setUp()
  one.add('web-a', [`${second(1)} past`])
  await one.until(() => one.pods.list().length === 1)
  const stop = new AbortController()
  const seen: string[] = []
  const reading = (async () => {
    const options = { client: one.client, pods: one.pods, isOurs: () => true, follow: true, signal: stop.signal }
    for await (const line of appLog(options)) seen.push(shown(line))
  })()
  await one.until(() => one.live.has('web-a'))
  void one.live.get('web-a')!.send(`${second(2)} now`)
  await one.until(() => seen.length === 2)
  one.add('web-b', [`${second(3)} new instance`])
  await one.until(() => seen.length === 3)
  stop.abort()
  await reading
  assert.deepEqual(seen, ['web-a past', 'web-a now', 'web-b new instance'])
  for (const each of one.live.values()) each.close()
  await one.close()
})
