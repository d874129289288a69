import { badRequest, forbidden, notFound, type StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Context } from './context.ts'
import type { Target } from './target.ts'

const namespaces = { group: '', plural: 'namespaces' }

/** Nothing is created in a namespace that is not there (404) or is going away (403). */
export function requireNamespace({ objects, store }: Context, { served, namespace }: Target, object: KubeObject): void {
  if (served.definition.scope !== 'Namespaced') return
  if (!namespace) throw badRequest('an empty namespace may not be set during creation')
  const entry = store.latest(`/core/namespaces/${namespace}`)
  if (!entry) throw notFound(namespaces, namespace)
  const found = objects.get(namespaces, namespace)
  if (found?.metadata.deletionTimestamp) throw terminating(served.definition, object.metadata.name ?? '', namespace)
}

function terminating(about: { group: string; plural: string }, name: string, namespace: string): StatusError {
  const error = forbidden(
    about,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  )
  error.details!.causes = [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]
  return error
}
