import type { Client } from '@sampan/client/client'
import { isReason } from '@sampan/resources/errors'
import type { App } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { appLabel, projectLabel } from '../labels.ts'

/** Keeps a Pipeline until its pods, tickets and logs are gone. */
export const buildFinalizer = 'sampan.dev/builds'
/** Names what caused the Pipeline, so that the same cause does not start it twice. */
export const causeAnnotation = 'sampan.dev/cause'

export type NewPipeline = Omit<Pipeline['spec'], 'app' | 'number' | 'cancel' | 'approved'> & {
  app: App
  cause?: string
}

/** The Pipelines of an app, oldest first. */
export async function pipelinesOf(client: Client, app: App): Promise<Pipeline[]> {
  const { namespace, name } = app.metadata
  // Not by label: somebody's own Pipeline may have none, and its number is taken all the same.
  const { items } = await client.list(pipeline, { namespace })
  return items.filter(({ spec }) => spec.app === name).toSorted((a, b) => a.spec.number - b.spec.number)
}

/** Starts a Pipeline: an object, which the controller carries out. The one that has the same cause is given instead. */
export async function createPipeline(client: Client, { app, cause, ...spec }: NewPipeline): Promise<Pipeline> {
  const { namespace = '', name } = app.metadata
  for (;;) {
    const known = await pipelinesOf(client, app)
    const same = cause && known.find((one) => one.metadata.annotations?.[causeAnnotation] === cause)
    if (same) return same
    const number = 1 + Math.max(0, ...known.map((one) => one.spec.number))
    try {
      return await client.create(pipeline, {
        metadata: {
          name: `${name}-${number}`,
          namespace,
          labels: { [projectLabel]: namespace, [appLabel]: name },
          annotations: cause ? { [causeAnnotation]: cause } : undefined,
          finalizers: [buildFinalizer],
          ownerReferences: [
            { apiVersion: 'sampan.dev/v1', kind: 'App', name, uid: app.metadata.uid ?? '', blockOwnerDeletion: false },
          ],
        },
        spec: { app: name, number, ...spec },
      })
    } catch (error) {
      // Somebody else took the number between our list and our create: look again.
      if (!isReason(error, 'AlreadyExists')) throw error
    }
  }
}
