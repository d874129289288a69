import { invalid } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Admission, Admitted } from './admission/interfaces.ts'
import type { Context } from './context.ts'
import type { Call } from './handlers.ts'
import { metadataProblems } from './metadata-rules.ts'
import type { Served } from './served.ts'

/** Whether a value must be waited for. Waiting only when needed keeps a write in one turn, so that it cannot conflict. */
const isPromise = (value: unknown): value is Promise<void> => value instanceof Promise

/** What admission finds around a write. */
export const surroundings = (
  { objects, kinds, auth }: Context,
  call: Call,
): Pick<Admitted, 'warnings' | 'objects' | 'kinds' | 'authorizer' | 'annotate'> => ({
  warnings: call.warnings,
  objects,
  kinds,
  authorizer: auth.authorizer,
  annotate(key, value) {
    call.annotations ??= {}
    call.annotations[key] ??= value
  },
})

/** Runs the mutating half. Answers whether anything may have been changed, a promise only when a plugin does. */
export function mutateAll({ pluginsFor }: Context, write: Admitted): boolean | Promise<boolean> {
  const { mutating } = pluginsFor(write.definition)
  let isTouched = false
  for (let i = 0; i < mutating.length; i++) {
    const plugin = mutating[i]!
    if (plugin.concerns && !plugin.concerns(write)) continue
    isTouched = true
    const result = plugin.mutate!(write)
    if (isPromise(result)) return mutateRest(mutating.slice(i + 1), write, result)
  }
  return isTouched
}

async function mutateRest(rest: readonly Admission[], write: Admitted, first: Promise<void>): Promise<boolean> {
  await first
  for (const plugin of rest) if (!plugin.concerns || plugin.concerns(write)) await plugin.mutate!(write)
  return true
}

/**
 * Runs the validating half. Answers what takes it back, for a write that fails afterwards; when a later plugin refuses,
 * the earlier ones have been undone.
 */
export function validateAll({ pluginsFor }: Context, write: Admitted): (() => void) | Promise<() => void> {
  const { validating } = pluginsFor(write.definition)
  const done: Admission[] = []
  const undo = () => {
    for (const plugin of done) void plugin.undo?.(write)
  }
  try {
    for (let i = 0; i < validating.length; i++) {
      const plugin = validating[i]!
      if (plugin.concerns && !plugin.concerns(write)) continue
      const result = plugin.validate!(write)
      if (isPromise(result)) return validateRest(validating.slice(i + 1), write, { done, undo, plugin, result })
      done.push(plugin)
    }
  } catch (error) {
    undo()
    throw error
  }
  return undo
}

async function validateRest(
  rest: readonly Admission[],
  write: Admitted,
  begun: {
    done: Admission[]
    undo: () => void
    plugin: Admission
    result: Promise<void>
  },
): Promise<() => void> {
  const { done, undo, plugin, result } = begun
  try {
    await result
    done.push(plugin)
    for (const one of rest) {
      if (one.concerns && !one.concerns(write)) continue
      await one.validate!(write)
      done.push(one)
    }
  } catch (error) {
    undo()
    throw error
  }
  return undo
}

/** Throws Invalid with what is wrong with labels, annotations and the like: all that a write to a status can spoil. */
export function checkMetadata({ definition, custom }: Served, object: KubeObject, old: KubeObject): void {
  const problems = metadataProblems(definition, object, { old, isBuiltIn: !custom })
  if (problems.length > 0) throw invalid(definition, object.metadata.name, problems)
}

/** Throws Invalid with everything that is wrong with `object`, and with what has changed since `old` through `subresource`. */
export function checkObject(served: Served, object: KubeObject, old?: KubeObject, subresource?: string): void {
  const { definition, custom } = served
  const problems = metadataProblems(definition, object, { old, isBuiltIn: !custom })
  // What has no name cannot be spoken about: that comes first.
  if (object.metadata.name) for (const one of definition.validate(object, old, subresource)) if (one) problems.push(one)
  if (problems.length > 0) throw invalid(definition, object.metadata.name ?? '', problems)
}
