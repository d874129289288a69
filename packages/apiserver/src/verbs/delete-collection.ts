import { isReason } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { formOf } from '../accept.ts'
import type { Context } from '../context.ts'
import { deleteOptionsOf } from '../delete-options.ts'
import { shownAs } from '../forms.ts'
import type { Answer, Call } from '../handlers.ts'
import { listOptionsOf } from '../query.ts'
import type { Target } from '../target.ts'
import { removeObject } from './delete.ts'
import { select } from './list.ts'

/** DELETE of everything a selector matches; answers what was there. */
export async function removeCollection(context: Context, target: Target, call: Call): Promise<Answer> {
  const { served } = target
  const form = formOf(call.headers.accept)
  const options = await deleteOptionsOf(call)
  const { entries, metadata } = await select(context, target, listOptionsOf(call.query, served.definition))
  const removed: KubeObject[] = []
  await Promise.all(
    entries.map(async (entry) => {
      const object = served.object(entry)
      const { name, namespace, uid } = object.metadata
      try {
        const result = await removeObject(context, { ...target, name, namespace }, call, {
          ...options,
          uid: options.uid ?? uid,
        })
        removed.push(result.object)
      } catch (error) {
        // Somebody else removed or replaced it meanwhile: what was selected is gone.
        if (!isReason(error, 'NotFound') && !isReason(error, 'Conflict')) throw error
      }
    }),
  )
  const shown = shownAs(form, served, call.query, context.now)
  return {
    status: 200,
    object: shown
      ? shown.list(removed, metadata)
      : { kind: `${served.definition.kind}List`, apiVersion: served.apiVersion, metadata, items: removed },
  }
}
