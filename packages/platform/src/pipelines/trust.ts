import type { Client } from '@sampan/client/client'
import { configMap } from '@sampan/resources/core/config-map'
import { type App, app } from '@sampan/resources/sampan/app'
import { systemNamespace } from '../config.ts'

/** Who may change an app may say that it is trusted; only administrators may write here that it is. */
const at = { namespace: systemNamespace, name: 'sampan-trusted-apps' }
const keyOf = ({ metadata }: App) => `${metadata.namespace}.${metadata.name}`

export async function isTrusted(client: Client, one: App): Promise<boolean> {
  const found = await client.find(configMap, at)
  return found?.data?.[keyOf(one)] === one.metadata.uid
}

/** Acts as `api`: whoever may not write in the system namespace trusts nobody. */
export async function trustApp(api: Client, one: App, trusted: boolean): Promise<App> {
  const data = { [keyOf(one)]: trusted ? one.metadata.uid : null }
  if (await api.find(configMap, at)) await api.patch(configMap, at, { data })
  else if (trusted) await api.create(configMap, { metadata: at, data: data as Record<string, string> })
  return api.patch(app, one.metadata, { spec: { pipelines: { trusted } } })
}
