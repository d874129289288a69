import { jsonCopy } from '@sampan/kit/json-copy'
import type { KubeObject } from '@sampan/resources/meta'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import type { Answer, Call } from '../handlers.ts'
import { objectOfKind } from '../incoming.ts'
import { dryRunOf } from '../query.ts'
import { readObject } from '../read-object.ts'
import type { OneTarget } from '../target.ts'
import { answerWith } from '../written.ts'

interface Finalized extends KubeObject {
  spec?: { finalizers?: string[] }
}

/** PUT `namespaces/<name>/finalize`: takes only `spec.finalizers`; with none left a namespace being deleted goes. */
export async function finalize(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const { served, name } = target
  const sent = objectOfKind(await readObject(call, served), served, { name }) as Finalized
  const written = await changeObject(context, target, call, {
    next: (old) => {
      const next = jsonCopy(old) as Finalized
      if (sent.metadata.resourceVersion) next.metadata.resourceVersion = sent.metadata.resourceVersion
      next.spec = { ...next.spec, finalizers: sent.spec?.finalizers ?? [] }
      return next
    },
    keep: () => undefined,
    subresource: 'finalize',
    dryRun: dryRunOf(call.query),
  })
  return answerWith(context, served, call, written, 200)
}
