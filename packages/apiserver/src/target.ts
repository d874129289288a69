import type { ResourcePath } from './path.ts'
import type { Served } from './served.ts'

/** What a call is about: a served kind and the place in it. */
export interface Target extends Omit<ResourcePath, 'group' | 'version' | 'plural' | 'watch'> {
  served: Served
}

/** A target with a name. */
export type OneTarget = Target & { name: string }
