import { randomBytes } from 'node:crypto'
import type { Client } from '@sampan/client/client'
import { secret } from '@sampan/resources/core/secret'
import { isReason } from '@sampan/resources/errors'
import type { App } from '@sampan/resources/sampan/app'
import { systemNamespace } from '../config.ts'
import { appLabel, projectLabel } from '../labels.ts'

const at = ({ metadata }: App) => ({
  namespace: systemNamespace,
  name: `repository-key-${(metadata.uid ?? '').replaceAll('-', '')}`,
})

const keyIn = (data: Readonly<Record<string, string>> | undefined) =>
  data?.key ? Buffer.from(data.key, 'base64').toString('utf8') : undefined

/** The text that signs an app's pipeline file and encrypts its inline secrets: 32 letters, only the platform's to read. */
export const findRepositoryKey = async (client: Client, app: App): Promise<string | undefined> =>
  keyIn((await client.find(secret, at(app)))?.data)

/** The same, made when there is none. */
export async function repositoryKey(client: Client, app: App): Promise<string> {
  const known = await findRepositoryKey(client, app)
  if (known) return known
  const key = randomBytes(16).toString('hex')
  const labels = { [projectLabel]: app.metadata.namespace ?? '', [appLabel]: app.metadata.name }
  try {
    await client.create(secret, {
      metadata: { ...at(app), labels },
      type: 'Opaque',
      data: { key: Buffer.from(key).toString('base64') },
    })
    return key
  } catch (error) {
    if (!isReason(error, 'AlreadyExists')) throw error
    return keyIn((await client.get(secret, at(app))).data)!
  }
}
