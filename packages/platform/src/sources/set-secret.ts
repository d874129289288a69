import type { Client } from '@sampan/client/client'
import { secret } from '@sampan/resources/core/secret'
import type { Ref } from '@sampan/resources/meta'
import type { App } from '@sampan/resources/sampan/app'
import { appLabel } from '../labels.ts'

/** Writes a Secret that goes with the app, as `api`: who may write Secrets there is decided by the cluster. */
export async function setSecret(
  api: Client,
  at: Ref,
  { metadata }: App,
  values: Record<string, string>,
): Promise<void> {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  )
  const { name, uid = '' } = metadata
  await api.apply(
    secret,
    {
      metadata: {
        name: at.name,
        namespace: at.namespace,
        labels: { [appLabel]: name },
        ownerReferences: [{ apiVersion: 'sampan.dev/v1', kind: 'App', name, uid }],
      },
      type: 'Opaque',
      data,
    },
    { fieldManager: 'sampan-sources', force: true },
  )
}
