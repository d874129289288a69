import { randomUUID } from 'node:crypto'
import { generatedName } from '@sampan/kit/random-suffix'
import { alreadyExists, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { Conflict } from '@sampan/store/store'
import type { Admitted } from '../admission/interfaces.ts'
import { checkObject, mutateAll, surroundings, validateAll } from '../admit.ts'
import type { Context } from '../context.ts'
import { putObject } from '../encode.ts'
import { checkFields } from '../field-validation.ts'
import type { Answer, Call } from '../handlers.ts'
import { objectOfKind } from '../incoming.ts'
import { trackUpdate } from '../managed-fields.ts'
import { dryRunOf } from '../query.ts'
import { readObject } from '../read-object.ts'
import { requireNamespace } from '../require-namespace.ts'
import type { Target } from '../target.ts'
import { timeText } from '../time-text.ts'
import { answerWith, type Written } from '../written.ts'

export async function create(context: Context, target: Target, call: Call): Promise<Answer> {
  const { served, namespace } = target
  const dryRun = dryRunOf(call.query)
  const object = objectOfKind(await readObject(call, served), served, { ...(namespace && { namespace }) })
  checkFields(call, served, object)
  const written = await createObject(context, target, call, object, dryRun)
  return answerWith(context, served, call, written, 201)
}

/**
 * Stores a new object, a private copy that this changes; the answer is what was stored. Generated names are tried again
 * when taken.
 */
export async function createObject(
  context: Context,
  target: Target,
  call: Call,
  object: KubeObject,
  dryRun: boolean,
  track: typeof trackUpdate = trackUpdate,
): Promise<Written> {
  const { served } = target
  const { definition } = served
  const meta = object.metadata
  if (meta.resourceVersion)
    throw new StatusError('InternalError', 'resourceVersion should not be set on objects to be created')
  requireNamespace(context, target, object)
  const generated = !meta.name && meta.generateName
  for (let attempt = 0; ; attempt++) {
    if (generated) meta.name = generatedName(meta.generateName!, context.random)
    begin(context, target, object)
    definition.defaults(object)
    definition.onCreate?.(object)
    const write: Admitted = {
      operation: 'CREATE',
      definition,
      subresource: undefined,
      namespace: meta.namespace,
      name: meta.name,
      object,
      old: undefined,
      user: call.user,
      dryRun,
      ...surroundings(context, call),
    }
    const mutating = mutateAll(context, write)
    if (mutating instanceof Promise ? await mutating : mutating) definition.defaults(object)
    checkObject(served, object)
    const key = served.key(meta.name, meta.namespace)
    const taken = context.store.latest(key)
    if (taken && !generated) {
      await context.store.settled()
      throw alreadyExists(definition, meta.name)
    }
    track(context, served, { old: undefined, next: object, subresource: undefined, call })
    const validating = validateAll(context, write)
    const undo = validating instanceof Promise ? await validating : validating
    if (dryRun) {
      undo()
      return { object }
    }
    try {
      const made = served.stored(object)
      const stored = made instanceof Promise ? await made : made
      const entry = await putObject(context.store, key, stored, 0)
      context.afterWrite(definition.group, definition.plural)
      const converting = served.ready?.([entry])
      if (converting) await converting
      return { object: served.object(entry), entry }
    } catch (error) {
      undo()
      if (!(error instanceof Conflict)) throw error
      if (!generated || attempt >= 8) throw alreadyExists(definition, meta.name)
    }
  }
}

/** What the server says about a new object, whatever the caller said. */
function begin({ now }: Context, { served }: Target, object: KubeObject): void {
  const { definition } = served
  const meta = object.metadata
  meta.uid = randomUUID()
  meta.creationTimestamp = timeText(now())
  delete meta.deletionTimestamp
  delete meta.deletionGracePeriodSeconds
  delete meta.resourceVersion
  delete (meta as { selfLink?: string }).selfLink
  if (definition.hasGeneration || served.custom) meta.generation = 1
  else delete meta.generation
  if (definition.hasStatus && !definition.keepsStatusOnCreate) delete (object as { status?: unknown }).status
}
