import type { Log } from '@sampan/kit/log'
import type { Definition } from '@sampan/resources/define'
import type { Store } from '@sampan/store/store'
import type { Plugins } from './admission/by-kind.ts'
import type { Auth } from './auth/interfaces.ts'
import type { Kinds } from './kinds.ts'
import type { Objects } from './objects.ts'

/** What every verb works with. */
export interface Context {
  store: Store
  objects: Objects
  kinds: Kinds
  auth: Auth
  /** Who is asked about writes to a kind. */
  pluginsFor(definition: Definition): Plugins
  now: () => Date
  /** As `Math.random`, for generated names. */
  random: () => number
  log: Log
  /** Called after a write became visible; keeps what is derived from stored objects (custom kinds) up to date. */
  afterWrite(group: string, plural: string): void
}
