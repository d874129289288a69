import { jsonEqual } from '@sampan/kit/json-equal'
import { invalid } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { invalidValue, tooLong } from '@sampan/resources/problem'
import { afterUpdate, entriesFrom, type Manager, managersFrom } from './apply/managers.ts'
import { ownedPart, rootSchema } from './apply/owned-part.ts'
import { compare } from './apply/typed.ts'
import type { Context } from './context.ts'
import type { Call } from './handlers.ts'
import type { Served } from './served.ts'
import { timeText } from './time-text.ts'

export interface Tracked {
  old: KubeObject | undefined
  /** Changed in place. */
  next: KubeObject
  subresource: string | undefined
  call: Call
}

/** Who a write is attributed to: `fieldManager`, else the program's name from its User-Agent. */
export const managerOf = ({ query, headers }: Call): string =>
  checkedManager(query.get('fieldManager')) || (headers['user-agent'] ?? '').split('/')[0]!.slice(0, 128) || 'unknown'

/** Throws Invalid for a name that could not be shown. */
export function checkedManager(name: string | null): string | null {
  const about = { kind: 'PatchOptions', group: 'meta.k8s.io' }
  if (name !== null && name.length > 128) throw invalid(about, '', [tooLong('fieldManager', 128)])
  if (name !== null && !/^\P{C}*$/u.test(name))
    throw invalid(about, '', [invalidValue('fieldManager', name, 'should not contain non-printable characters')])
  return name
}

/**
 * Records who wrote which fields. Parts of this process are recorded only on objects that have managers already: what
 * they own alone nobody disputes, and it would double the size of every pod.
 */
export function trackUpdate({ now }: Context, served: Served, { old, next, subresource, call }: Tracked): void {
  const sent = next.metadata.managedFields
  if (sent && isReset(sent)) {
    delete next.metadata.managedFields
    return
  }
  const kept = old?.metadata.managedFields
  // A patch sends back what was there, as a copy: what is known of the original holds.
  const given = managersFrom(kept && jsonEqual(sent, kept) ? kept : sent)
  const before = given.length > 0 ? given : managersFrom(kept)
  const isQuiet = !call.request && (subresource === 'status' || before.length === 0)
  if (isQuiet) {
    keep(next, old)
    return
  }
  const self: Omit<Manager, 'fields' | 'kept'> = {
    manager: managerOf(call),
    operation: 'Update',
    apiVersion: served.apiVersion,
    time: timeText(now()),
    ...(subresource && { subresource }),
  }
  const part = subresource === 'scale' ? undefined : subresource
  const comparison = compare(old ? ownedPart(served, old, part) : {}, ownedPart(served, next, part), rootSchema(served))
  const isUntouched = comparison.changed.children.size === 0 && comparison.removed.children.size === 0
  if (isUntouched && given.length === 0) {
    keep(next, old)
    return
  }
  const after = isUntouched ? before : afterUpdate(before, self, comparison)
  if (after.length === 0) delete next.metadata.managedFields
  else next.metadata.managedFields = entriesFrom(after)
}

/** `[]` and `[{}]` are how a client says: forget who owns what. */
const isReset = (entries: readonly object[]) =>
  entries.length === 0 || (entries.length === 1 && Object.keys(entries[0]!).length === 0)

function keep(next: KubeObject, old: KubeObject | undefined): void {
  if (old?.metadata.managedFields) next.metadata.managedFields = old.metadata.managedFields
  else delete next.metadata.managedFields
}
