import { notFound } from '@sampan/resources/errors'
import { selected } from './filter.ts'
import type { Answer, Call, ComputedKind } from './handlers.ts'
import { listOptionsOf } from './query.ts'
import type { Target } from './target.ts'

/** One object of a computed kind, or the list of them that the selectors leave. */
export async function answerComputed({ definition, list }: ComputedKind, target: Target, call: Call): Promise<Answer> {
  const objects = await list(target.namespace)
  if (target.name !== undefined) {
    const found = objects.find(({ metadata }) => metadata.name === target.name)
    if (!found) throw notFound(definition, target.name)
    return { status: 200, object: found }
  }
  const { filter } = listOptionsOf(call.query, definition)
  return {
    status: 200,
    object: {
      kind: `${definition.kind}List`,
      apiVersion: target.served.apiVersion,
      metadata: {},
      items: objects.filter((object) => selected(filter, definition, object)),
    },
  }
}
