import type { Client } from '@sampan/client/client'
import { secret } from '@sampan/resources/core/secret'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../config.ts'
import { valuesName } from './names.ts'

const remembered = 16

/** Reads the Secret of a run once: it does not change while the run lasts. */
export function runDataReader(client: Pick<Client, 'find'>) {
  const known = new Map<string, Readonly<Record<string, string>>>()
  return async (one: Pipeline): Promise<Readonly<Record<string, string>>> => {
    const name = valuesName(one)
    const before = known.get(name)
    if (before) return before
    const found = await client.find(secret, { namespace: buildNamespace, name })
    if (!found) return {}
    const data = Object.fromEntries(
      Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
    )
    known.set(name, data)
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break
      known.delete(oldest)
    }
    return data
  }
}
