import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { configMap } from '@sampan/resources/core/config-map'

/** Writes objects one after the other, come what may, and remembers those the API said it has. */
export interface Writer {
  /** Names of all that were acknowledged. */
  stop(): Promise<string[]>
}

let count = 0

export function writer(client: Client, namespace: string): Writer {
  const acknowledged: string[] = []
  let isStopped = false
  const done = (async () => {
    while (!isStopped) {
      const name = `written-${++count}`
      const isThere = await client.create(configMap, { metadata: { namespace, name }, data: { at: name } }).then(
        () => true,
        () => false, // nobody has promised anything
      )
      if (isThere) acknowledged.push(name)
      await sleep(isThere ? 5 : 50)
    }
  })()
  return {
    async stop() {
      isStopped = true
      await done
      return acknowledged
    },
  }
}

/** Those of `names` that the API does not have. */
export async function lost(client: Client, namespace: string, names: readonly string[]): Promise<string[]> {
  const { items } = await client.list(configMap, { namespace })
  const there = new Set(items.map(({ metadata }) => metadata.name))
  return names.filter((name) => !there.has(name))
}
