import type { KubeObject } from '@sampan/resources/meta'
import type { Context } from './context.ts'
import type { Call } from './handlers.ts'
import type { Served } from './served.ts'

export interface Tracked {
  old: KubeObject | undefined
  /** Changed in place. */
  next: KubeObject
  manager: string
  subresource: string | undefined
}

/** Who a write is attributed to: `fieldManager`, else the program's name from its User-Agent. */
export const managerOf = ({ query, headers }: Call): string =>
  query.get('fieldManager') || (headers['user-agent'] ?? '').split('/')[0]!.slice(0, 128) || 'unknown'

/** Records who wrote which fields. */
export function trackUpdate(_context: Context, _served: Served, { old, next }: Tracked): void {
  if (old?.metadata.managedFields && !next.metadata.managedFields)
    next.metadata.managedFields = old.metadata.managedFields
}
