import type { KubeObject } from '@sampan/resources/meta'
import type { Entry } from '@sampan/store/store'
import { formOf } from './accept.ts'
import type { Context } from './context.ts'
import { shownAs } from './forms.ts'
import type { Answer, Call } from './handlers.ts'
import type { Served } from './served.ts'

/** What came of a write: the object as it is now (shared, never changed), and where it is kept, unless it was a dry run or is gone. */
export interface Written {
  object: KubeObject
  entry?: Entry
}

/** The answer to a write: the object as it is now, in the form asked for. What is kept goes out as it is kept. */
export function answerWith(
  { now }: Context,
  served: Served,
  call: Call,
  { object, entry }: Written,
  status: number,
): Answer {
  const shown = shownAs(formOf(call.headers.accept), served, call.query, now)
  if (shown) return { status, object: shown.one(object) }
  return entry ? { status, json: [served.bytes(entry)], value: () => object } : { status, object }
}
