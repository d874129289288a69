import type { Client } from '@sampan/client/client'
import { pipeline } from '@sampan/resources/sampan/pipeline'

/** Whether the Pipeline `<project>/<name>` runs now: what was given to it is good for no longer. */
export async function isRunning(client: Client, key: string): Promise<boolean> {
  const [namespace, name = ''] = key.split('/')
  return (await client.find(pipeline, { namespace, name }))?.status?.state === 'running'
}
