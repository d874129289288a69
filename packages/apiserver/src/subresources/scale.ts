import { jsonCopy } from '@sampan/kit/json-copy'
import { selectorFrom, selectorText } from '@sampan/kit/selectors'
import { badRequest, invalid, notFound } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { invalidValue } from '@sampan/resources/problem'
import { formOf } from '../accept.ts'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import type { Answer, Call } from '../handlers.ts'
import { dryRunOf } from '../query.ts'
import type { Served } from '../served.ts'
import type { OneTarget } from '../target.ts'
import { patcherFor, patchTypeOf } from '../verbs/patch.ts'

interface Scale extends KubeObject {
  spec?: { replicas?: number }
  status?: { replicas: number; selector?: string }
}

const scaleKind = { definition: { group: 'autoscaling', kind: 'Scale' } } as Served

/** GET, PUT and PATCH of `/scale`: an autoscaling/v1 Scale in front of the replicas of any kind that has them. */
export async function scale(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const { served, name, namespace } = target
  formOf(call.headers.accept)
  if (call.method === 'GET') {
    const entry = context.store.get(served.key(name, namespace))
    if (!entry) throw notFound(served.definition, name)
    await served.ready?.([entry])
    return { status: 200, object: scaleOf(served, served.object(entry)) }
  }
  const body: unknown = await call.object()
  if (typeof body !== 'object' || body === null) throw badRequest('the body must be a Scale object')
  const wanted = call.method === 'PATCH' ? patcherFor(patchTypeOf(call), body, scaleKind) : () => body
  const { object: written } = await changeObject(context, target, call, {
    next: (old) => {
      const next = wanted(scaleOf(served, old)) as Scale
      const replicas = next.spec?.replicas ?? 0
      if (!Number.isInteger(replicas) || replicas < 0)
        throw invalid({ kind: 'Scale', group: 'autoscaling' }, name, [
          invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'),
        ])
      const changed = jsonCopy(old)
      if (next.metadata?.resourceVersion) changed.metadata.resourceVersion = next.metadata.resourceVersion
      write(changed, served.definition.scale!.replicas, replicas)
      return changed
    },
    subresource: 'scale',
    dryRun: dryRunOf(call.query),
  })
  return { status: 200, object: scaleOf(served, written) }
}

function scaleOf({ definition, custom }: Served, object: KubeObject): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const { replicas, statusReplicas, selector } = definition.scale!
  const chosen = selectorFrom(selector?.(object))
  const path = custom?.scale?.labelSelectorPath
  const text = path ? read(object, path) : chosen && selectorText(chosen)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace && { namespace }),
      ...(uid && { uid }),
      ...(resourceVersion && { resourceVersion }),
      ...(creationTimestamp && { creationTimestamp }),
    },
    spec: { replicas: (read(object, replicas) as number) ?? 0 },
    status: {
      replicas: (read(object, statusReplicas) as number) ?? 0,
      ...(typeof text === 'string' && { selector: text }),
    },
  }
}

const steps = (path: string) => path.replace(/^\./, '').split('.')

function read(object: object, path: string): unknown {
  let at: unknown = object
  for (const step of steps(path)) at = (at as Record<string, unknown> | undefined)?.[step]
  return at
}

function write(object: object, path: string, value: unknown): void {
  const all = steps(path)
  let at = object as Record<string, unknown>
  for (const step of all.slice(0, -1)) {
    at[step] ??= {}
    at = at[step] as Record<string, unknown>
  }
  at[all.at(-1)!] = value
}
