import { jsonCopy } from '@sampan/kit/json-copy'
import { selects } from '@sampan/kit/selectors'
import { badRequest, notFound, StatusError } from '@sampan/resources/errors'
import type { KubeObject, LabelSelector } from '@sampan/resources/meta'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import { deleteOptionsFrom } from '../delete-options.ts'
import type { Answer, Call } from '../handlers.ts'
import type { OneTarget } from '../target.ts'
import { timeText } from '../time-text.ts'
import { typedBody } from '../typed-body.ts'
import { removeObject } from '../verbs/delete.ts'

interface Pod extends KubeObject {
  status?: { phase?: string; conditions?: { type: string; status: string; [key: string]: unknown }[] }
}

interface Budget extends KubeObject {
  spec: { selector?: LabelSelector; unhealthyPodEvictionPolicy?: string }
  status?: {
    disruptionsAllowed?: number
    currentHealthy?: number
    desiredHealthy?: number
    expectedPods?: number
    observedGeneration?: number
    disruptedPods?: Record<string, string>
  }
}

const budgets = { group: 'policy', plural: 'poddisruptionbudgets' }

type Eviction = KubeObject & { deleteOptions?: Record<string, unknown> }

const evictionKind = { group: 'policy', version: 'v1', kind: 'Eviction' }

/** POST `pods/<name>/eviction`: a DELETE that respects disruption budgets. */
export async function evict(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const { served, name, namespace } = target
  const eviction = await typedBody<Eviction>(call, evictionKind)
  if (eviction?.metadata?.name && eviction.metadata.name !== name)
    throw badRequest('name in URL does not match name in Eviction object')
  const options = deleteOptionsFrom(eviction?.deleteOptions ?? {}, call.query)
  const entry = context.store.latest(served.key(name, namespace))
  if (!entry) throw notFound(served.definition, name)
  const pod = served.object(entry) as Pod
  if (!isFree(pod)) await takeFromBudget(context, pod, call, options.dryRun)
  if (!options.dryRun) await markDisrupted(context, target, call)
  await removeObject(context, target, call, options)
  return { status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

/** Pods that serve nobody may always go. */
const isFree = ({ metadata, status }: Pod) =>
  status?.phase === 'Pending' ||
  status?.phase === 'Succeeded' ||
  status?.phase === 'Failed' ||
  metadata.deletionTimestamp !== undefined

const isReady = ({ status }: Pod) =>
  status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false

async function takeFromBudget(context: Context, pod: Pod, call: Call, dryRun: boolean): Promise<void> {
  const { name, namespace } = pod.metadata
  const covering = context.objects
    .list<Budget>(budgets, namespace)
    .filter(({ spec }) => selects(spec.selector, pod.metadata.labels))
  if (covering.length === 0) return
  if (covering.length > 1)
    throw new StatusError(
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    )
  const [budget] = covering
  const served = context.kinds.find('policy', 'v1', 'poddisruptionbudgets')!
  const { status = {}, spec } = budget!
  if (!isReady(pod)) {
    const isEnough = (status.currentHealthy ?? 0) >= (status.desiredHealthy ?? 0) && (status.desiredHealthy ?? 0) > 0
    if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' || isEnough) return
  }
  await changeObject(
    context,
    { served, name: budget!.metadata.name, namespace, subresource: 'status', rest: undefined },
    call,
    {
      next: (old) => {
        const next = jsonCopy(old) as Budget
        const now = next.status ?? {}
        if ((now.observedGeneration ?? 0) < (next.metadata.generation ?? 0))
          throw tooMany(next, 'The disruption budget is still being processed by the server.', 10)
        if ((now.disruptionsAllowed ?? 0) <= 0)
          throw tooMany(
            next,
            `The disruption budget ${next.metadata.name} needs ${now.desiredHealthy ?? 0} healthy pods and has ${now.currentHealthy ?? 0} currently`,
          )
        next.status = {
          ...now,
          disruptionsAllowed: now.disruptionsAllowed! - 1,
          disruptedPods: { ...now.disruptedPods, [name]: timeText(context.now()) },
        }
        return next
      },
      subresource: 'status',
      dryRun,
    },
  )
}

function tooMany(budget: Budget, why: string, retryAfterSeconds?: number): StatusError {
  return new StatusError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: 'DisruptionBudget', message: why }],
    ...(retryAfterSeconds && { retryAfterSeconds }),
    name: budget.metadata.name,
  })
}

async function markDisrupted(context: Context, target: OneTarget, call: Call): Promise<void> {
  await changeObject(context, target, call, {
    next: (old) => {
      const next = jsonCopy(old) as Pod
      const conditions = (next.status?.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget')
      const mark = {
        type: 'DisruptionTarget',
        status: 'True',
        reason: 'EvictionByEvictionAPI',
        message: 'Eviction API: evicting',
        lastTransitionTime: timeText(context.now()),
      }
      next.status = { ...next.status, conditions: [...conditions, mark] }
      return next
    },
    subresource: 'status',
    dryRun: false,
  })
}
