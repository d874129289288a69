import { jsonCopy } from '@sampan/kit/json-copy'
import { badRequest, conflict } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import type { Answer, Call } from '../handlers.ts'
import { dryRunOf } from '../query.ts'
import type { OneTarget } from '../target.ts'
import { timeText } from '../time-text.ts'
import { typedBody } from '../typed-body.ts'

interface Bound extends KubeObject {
  spec: { nodeName?: string; schedulingGates?: unknown[] }
  status?: { conditions?: Record<string, unknown>[] }
}

interface Binding extends KubeObject {
  target?: { kind?: string; name?: string }
}

const bindingKind = { group: '', version: 'v1', kind: 'Binding' }

/** POST `pods/<name>/binding`: the scheduler's word on where a pod runs. Said once. */
export async function bind(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const { served, name } = target
  const { definition } = served
  const binding = await typedBody<Binding>(call, bindingKind)
  const node = binding?.target?.name
  if (!node) throw badRequest('target.name is required: the node to bind the pod to')
  if (binding.metadata?.name && binding.metadata.name !== name)
    throw badRequest('the name of the binding does not match the name of the pod')
  await changeObject(context, target, call, {
    next: (old) => {
      const next = jsonCopy(old) as Bound
      const { uid, resourceVersion, annotations, labels } = binding.metadata ?? {}
      if ((uid && uid !== old.metadata.uid) || (resourceVersion && resourceVersion !== old.metadata.resourceVersion))
        throw conflict(definition, name)
      if (old.metadata.deletionTimestamp)
        throw conflict(definition, name, `pod ${name} is being deleted, cannot be assigned to a host`)
      if (next.spec.schedulingGates?.length)
        throw conflict(definition, name, `pod ${name} has non-empty .spec.schedulingGates`)
      if (next.spec.nodeName)
        throw conflict(definition, name, `pod ${name} is already assigned to node "${next.spec.nodeName}"`)
      next.spec.nodeName = node
      if (annotations) next.metadata.annotations = { ...next.metadata.annotations, ...annotations }
      if (labels) next.metadata.labels = { ...next.metadata.labels, ...labels }
      const conditions = (next.status?.conditions ?? []).filter((one) => one.type !== 'PodScheduled')
      next.status = {
        ...next.status,
        conditions: [
          ...conditions,
          { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: timeText(context.now()) },
        ],
      }
      return next
    },
    keep: () => undefined,
    subresource: 'binding',
    track: () => undefined, // as upstream: nobody owns where a pod runs
    dryRun: dryRunOf(call.query),
  })
  return { status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}
