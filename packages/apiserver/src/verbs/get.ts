import { notFound } from '@sampan/resources/errors'
import { formOf } from '../accept.ts'
import type { Context } from '../context.ts'
import { shownAs } from '../forms.ts'
import type { Answer, Call } from '../handlers.ts'
import { waitForRevision } from '../revision.ts'
import type { OneTarget } from '../target.ts'

/** One object; its bytes go out as they are kept. */
export async function get(context: Context, { served, name, namespace }: OneTarget, call: Call): Promise<Answer> {
  const form = formOf(call.headers.accept)
  if (call.query.get('resourceVersion')) await waitForRevision(context.store, call.query.get('resourceVersion'))
  const entry = context.store.get(served.key(name, namespace))
  if (!entry) throw notFound(served.definition, name)
  await served.ready?.([entry])
  const shown = shownAs(form, served, call.query, context.now)
  if (shown) return { status: 200, object: shown.one(served.object(entry)) }
  return { status: 200, json: [served.bytes(entry)], value: () => served.object(entry) }
}
