import { jsonCopy } from '@sampan/kit/json-copy'
import { badRequest, invalid, isReason } from '@sampan/resources/errors'
import { required } from '@sampan/resources/problem'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import { checkFields } from '../field-validation.ts'
import type { Answer, Call } from '../handlers.ts'
import { objectOfKind } from '../incoming.ts'
import { dryRunOf } from '../query.ts'
import { readObject } from '../read-object.ts'
import type { OneTarget } from '../target.ts'
import { answerWith } from '../written.ts'
import { createObject } from './create.ts'

/** PUT of a whole object, or of its `/status`. */
export async function update(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const { served, name, namespace, subresource } = target
  const { definition } = served
  const dryRun = dryRunOf(call.query, { kind: 'UpdateOptions', group: 'meta.k8s.io' })
  const sent = objectOfKind(await readObject(call, served), served, { ...(namespace && { namespace }) })
  if (!sent.metadata.name) throw badRequest('name must be provided')
  if (sent.metadata.name !== name)
    throw badRequest(`the name of the object (${sent.metadata.name}) does not match the name on the URL (${name})`)
  checkFields(call, served, sent)
  if (served.custom && !sent.metadata.resourceVersion)
    throw invalid(definition, name, [required('metadata.resourceVersion', 'must be specified for an update')])
  try {
    const written = await changeObject(context, target, call, {
      next: () => jsonCopy(sent),
      subresource,
      dryRun,
    })
    return answerWith(context, served, call, written, 200)
  } catch (error) {
    if (!isReason(error, 'NotFound') || !definition.createsOnUpdate || subresource) throw error
    if (context.store.latest(served.key(name, namespace))) throw error
    delete sent.metadata.resourceVersion
    const written = await createObject(context, target, call, sent, dryRun)
    return answerWith(context, served, call, written, 201)
  }
}
