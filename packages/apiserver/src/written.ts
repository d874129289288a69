import type { KubeObject } from '@sampan/resources/meta'
import { formOf } from './accept.ts'
import type { Context } from './context.ts'
import { shownAs } from './forms.ts'
import type { Answer, Call } from './handlers.ts'
import type { Served } from './served.ts'

/** The answer to a write: the object as it is now, in the form asked for. */
export function answerWith({ now }: Context, served: Served, call: Call, object: KubeObject, status: number): Answer {
  const shown = shownAs(formOf(call.headers.accept), served, call.query, now)
  return { status, object: shown ? shown.one(object) : object }
}
