import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Authorizer, UserInfo } from '../auth/interfaces.ts'
import type { Kinds } from '../kinds.ts'
import type { Objects } from '../objects.ts'

/** One write on its way in. */
export interface Admitted {
  operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  definition: Definition
  subresource: string | undefined
  namespace: string | undefined
  name: string
  /** What will be stored: a private copy that `mutate` may change. Undefined on DELETE. */
  object: KubeObject | undefined
  /** What is stored now: shared, never changed. Undefined on CREATE. */
  old: KubeObject | undefined
  user: UserInfo
  dryRun: boolean
  /** Goes out as `Warning` headers. */
  warnings: string[]
  objects: Objects
  /** Everything that is served: the same object may be seen under several versions. */
  kinds: Kinds
  authorizer: Authorizer
  /** For the audit event of the request. */
  annotate(key: string, value: string): void
}

/**
 * A rule about writes. Throws `StatusError` to refuse. All `mutate`s run before all `validate`s, each in the order of
 * the list. Answering without a promise keeps the write free of retries: nobody else can come in between.
 */
export interface Admission {
  name: string
  /** What it is about, as `pods` and `deployments.apps`; left out: every kind. */
  kinds?: readonly string[]
  /** Whether it has anything to say of a write to one of them; left out: always. */
  concerns?(write: Admitted): boolean
  mutate?(write: Admitted): void | Promise<void>
  validate?(write: Admitted): void | Promise<void>
  /** The write that was validated has failed or was only a dry run: gives back what `validate` took. */
  undo?(write: Admitted): void | Promise<void>
}
