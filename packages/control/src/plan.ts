import type { Definition } from '@sampan/resources/define'
import type { KubeObject, Ref } from '@sampan/resources/meta'

/**
 * What a reconciler decided, as data: the runner in this package carries it out in order and stops at the first step
 * that fails (then the key is retried with back-off). Neighbouring creates go out together in batches of 1, 2, 4, 8…,
 * neighbouring removes all at once. An object is named by its definition, so that nothing here has to guess where it
 * lives.
 */
export type Step =
  | {
      op: 'create'
      kind: Definition
      object: KubeObject
      /** What follows once it is there (its name may be the server's), and once the server refused it. */
      created?: (object: KubeObject) => Plan
      failed?: (error: Error) => Plan
    }
  /** Create, or make it so (server-side apply as the controller). */
  | { op: 'apply'; kind: Definition; object: KubeObject }
  | { op: 'update'; kind: Definition; object: KubeObject }
  /** Merge patch. `unless: 'NotFound'` takes an absent object as done. */
  | { op: 'patch'; kind: Definition; at: Ref; patch: unknown; subresource?: string; unless?: 'NotFound' }
  /** Writes only if it differs from what the cache has. */
  | { op: 'status'; kind: Definition; object: KubeObject; status: unknown }
  | {
      op: 'remove'
      kind: Definition
      object: KubeObject
      graceSeconds?: number
      propagation?: 'Background' | 'Foreground' | 'Orphan'
    }
  | { op: 'event'; about: KubeObject; type: 'Normal' | 'Warning'; reason: string; message: string }
  /** Look again after so many milliseconds, whatever happens until then. */
  | { op: 'again'; afterMs: number }

export type Plan = readonly Step[]

const loose = <T extends KubeObject>(kind: Definition<T>) => kind as unknown as Definition

export const create = <T extends KubeObject>(
  kind: Definition<T>,
  object: unknown,
  then: { created?: (object: T) => Plan; failed?: (error: Error) => Plan } = {},
): Step => ({
  op: 'create',
  kind: loose(kind),
  object: object as KubeObject,
  ...(then as { created?: (object: KubeObject) => Plan; failed?: (error: Error) => Plan }),
})
export const apply = <T extends KubeObject>(kind: Definition<T>, object: unknown): Step => ({
  op: 'apply',
  kind: loose(kind),
  object: object as KubeObject,
})
export const update = <T extends KubeObject>(kind: Definition<T>, object: T): Step => ({
  op: 'update',
  kind: loose(kind),
  object,
})
export const patch = <T extends KubeObject>(
  kind: Definition<T>,
  at: Ref,
  change: unknown,
  options: { subresource?: string; unless?: 'NotFound' } = {},
): Step => ({ op: 'patch', kind: loose(kind), at, patch: change, ...options })
export const status = <T extends KubeObject & { status?: unknown }>(
  kind: Definition<T>,
  object: T,
  next: T['status'],
): Step => ({ op: 'status', kind: loose(kind), object, status: next })
export const remove = <T extends KubeObject>(
  kind: Definition<T>,
  object: T,
  options: { graceSeconds?: number; propagation?: 'Background' | 'Foreground' | 'Orphan' } = {},
): Step => ({ op: 'remove', kind: loose(kind), object, ...options })
export const event = (about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): Step => ({
  op: 'event',
  about,
  type,
  reason,
  message,
})
export const again = (afterMs: number): Step => ({ op: 'again', afterMs })

/** Thrown by a reconciler: retrying cannot help until the object changes. Its message is for the user. */
export class Terminal extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Terminal'
  }
}
