import type { Client } from '@sampan/client/client'
import { secret } from '@sampan/resources/core/secret'
import { isReason } from '@sampan/resources/errors'
import { systemNamespace } from './config.ts'

/**
 * Values made once and kept in a Secret of the system namespace, so that they outlive every process. Of two that make
 * them at the same moment, one's are kept and both get those.
 */
export async function keptSecret<const Name extends string>(
  client: Client,
  name: string,
  make: () => Promise<Record<Name, string | Uint8Array>>,
): Promise<Record<Name, Buffer>> {
  const at = { namespace: systemNamespace, name }
  let found = await client.find(secret, at)
  if (!found) {
    const data = Object.fromEntries(
      Object.entries<string | Uint8Array>(await make()).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]),
    )
    try {
      found = await client.create(secret, { metadata: at, type: 'Opaque', data })
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
      found = await client.get(secret, at)
    }
  }
  return Object.fromEntries(
    Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]),
  ) as Record<Name, Buffer>
}
