import { jsonEqual } from '@sampan/kit/json-equal'
import { invalid } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { invalidValue, tooLong } from '@sampan/resources/problem'
import { afterUpdate, entriesFrom, entryFrom, inOrder, isSame, type Manager, managersFrom } from './apply/managers.ts'
import { ownedPart, rootSchema } from './apply/owned-part.ts'
import { addedText, isSameShape, sharedFields } from './apply/shapes.ts'
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

/** Who a write is attributed to: a part of this process by its name, `fieldManager`, else the program's name from its User-Agent. */
export const managerOf = ({ manager, query, headers }: Call): string =>
  manager ??
  (checkedManager(query.get('fieldManager')) || (headers['user-agent'] ?? '').split('/')[0]!.slice(0, 128) || 'unknown')

/** Throws Invalid for a name that could not be shown. */
export function checkedManager(name: string | null): string | null {
  const about = { kind: 'PatchOptions', group: 'meta.k8s.io' }
  if (name !== null && name.length > 128) throw invalid(about, '', [tooLong('fieldManager', 128)])
  if (name !== null && !/^\P{C}*$/u.test(name))
    throw invalid(about, '', [invalidValue('fieldManager', name, 'should not contain non-printable characters')])
  return name
}

/** Records who wrote which fields. */
export function trackUpdate({ now }: Context, served: Served, { old, next, subresource, call }: Tracked): void {
  const sent = next.metadata.managedFields
  if (sent && isReset(sent)) {
    delete next.metadata.managedFields
    return
  }
  const kept = old?.metadata.managedFields
  const self: Self = {
    manager: managerOf(call),
    operation: 'Update',
    apiVersion: served.apiVersion,
    time: timeText(now()),
    ...(subresource && { subresource }),
  }
  if (old ? call.manager && trackOwnStatus(served, old, next, self) : !sent) {
    if (!old) trackCreate(served, next, self)
    return
  }
  // A patch sends back what was there, as a copy: what is known of the original holds.
  const given = managersFrom(kept && jsonEqual(sent, kept) ? kept : sent)
  const before = given.length > 0 ? given : managersFrom(kept)
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

type Self = Omit<Manager, 'fields' | 'kept'>

/** A new object is all its maker's. */
function trackCreate(served: Served, next: KubeObject, self: Self): void {
  const text = addedText(ownedPart(served, next, undefined), rootSchema(served), true)
  if (text === '{}') delete next.metadata.managedFields
  else next.metadata.managedFields = [entryOf(self, text)]
}

/**
 * The status that a part of this process writes and nobody else did is all its own: its fields need not be compared one by
 * one, and mostly they are what they were. False when it has to be looked at closely.
 */
function trackOwnStatus(served: Served, old: KubeObject, next: KubeObject, self: Self): boolean {
  if (self.subresource !== 'status' || next.metadata.managedFields) return false
  const entries = old.metadata.managedFields ?? []
  const mine = entries.findIndex((one) => isSame(one as Manager, self))
  if (entries.some((one, i) => i !== mine && one.subresource === 'status') || !isSameMetadata(old, next)) return false
  const schema = rootSchema(served)
  const [was, is] = [{ status: statusOf(old) }, { status: statusOf(next) }]
  if (mine >= 0 && isSameShape(was, is, schema)) {
    keep(next, old)
    return true
  }
  const text = addedText(is, schema, true)
  const others = mine < 0 ? entries : entries.toSpliced(mine, 1)
  next.metadata.managedFields = text === '{}' ? [...others] : [...others, entryOf(self, text)].sort(inOrder)
  return true
}

const statusOf = (object: KubeObject) => (object as { status?: unknown }).status

const isSameMetadata = ({ metadata: a }: KubeObject, { metadata: b }: KubeObject) =>
  jsonEqual(a.labels, b.labels) &&
  jsonEqual(a.annotations, b.annotations) &&
  jsonEqual(a.finalizers, b.finalizers) &&
  jsonEqual(a.ownerReferences, b.ownerReferences)

const entryOf = (self: Self, text: string) => entryFrom(self, sharedFields(text))

/** `[]` and `[{}]` are how a client says: forget who owns what. */
const isReset = (entries: readonly object[]) =>
  entries.length === 0 || (entries.length === 1 && Object.keys(entries[0]!).length === 0)

function keep(next: KubeObject, old: KubeObject | undefined): void {
  if (old?.metadata.managedFields) next.metadata.managedFields = old.metadata.managedFields
  else delete next.metadata.managedFields
}
