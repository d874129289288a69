import type { Client } from '@sampan/client/client'
import { secret } from '@sampan/resources/core/secret'
import type { App } from '@sampan/resources/sampan/app'

export interface Credentials {
  username: string
  password: string
}

/** A value of a Secret in the app's home, or undefined where Secret or key are missing. */
export async function secretValue(
  client: Client,
  app: App,
  name: string | undefined,
  key: string,
): Promise<string | undefined> {
  if (!name) return undefined
  const found = await client.find(secret, { namespace: app.metadata.namespace, name })
  const value = found?.data?.[key]
  return value === undefined ? undefined : Buffer.from(value, 'base64').toString('utf8')
}

/** What `source.url` is asked with. A token alone may stand as `password` without a name. */
export async function sourceCredentials(client: Client, app: App): Promise<Credentials | undefined> {
  const { credentials } = app.spec.source
  const password = await secretValue(client, app, credentials, 'password')
  if (password === undefined) return undefined
  return { username: (await secretValue(client, app, credentials, 'username')) ?? 'token', password }
}
