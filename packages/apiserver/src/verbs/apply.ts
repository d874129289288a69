import { jsonCopy } from '@sampan/kit/json-copy'
import { badRequest, invalid, notFound, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { required } from '@sampan/resources/problem'
import { type FieldTree, pathsOf, sameTree, union } from '../apply/field-tree.ts'
import { conflictsWith, entriesFrom, isSame, type Manager, managersFrom, othersAfter } from '../apply/managers.ts'
import { merged, withoutDisowned } from '../apply/merge.ts'
import { ownedPart, rootSchema } from '../apply/owned-part.ts'
import { compare, fieldsOf } from '../apply/typed.ts'
import { changeObject } from '../change.ts'
import type { Context } from '../context.ts'
import { checkApplied } from '../field-validation.ts'
import type { Answer, Call } from '../handlers.ts'
import { objectOfKind } from '../incoming.ts'
import { checkedManager } from '../managed-fields.ts'
import { dryRunOf, flag } from '../query.ts'
import { readObject } from '../read-object.ts'
import type { Served } from '../served.ts'
import type { OneTarget } from '../target.ts'
import { timeText } from '../time-text.ts'
import { answerWith } from '../written.ts'
import { createObject } from './create.ts'

/** Server-side apply: the caller says what it wants of an object, and owns exactly that. */
export async function apply(context: Context, target: OneTarget, call: Call): Promise<Answer> {
  const { served, name, namespace, subresource } = target
  const { definition } = served
  const about = { kind: 'PatchOptions', group: 'meta.k8s.io' }
  const manager = checkedManager(call.query.get('fieldManager'))
  if (!manager) throw invalid(about, '', [required('fieldManager', 'is required for apply patch')])
  const dryRun = dryRunOf(call.query, about)
  const sent = await readObject(call, served)
  const { apiVersion, kind } = (sent ?? {}) as Partial<KubeObject>
  if (!apiVersion || !kind) throw badRequest("Object 'Kind' and 'apiVersion' are required in an applied configuration")
  const applied = objectOfKind(sent, served, { ...(namespace && { namespace }), name })
  if (applied.metadata.managedFields?.length) throw badRequest('metadata.managedFields must be nil')
  delete applied.metadata.managedFields
  checkApplied(call, served, applied)
  const self: Self = {
    manager,
    operation: 'Apply',
    apiVersion: served.apiVersion,
    time: timeText(context.now()),
    ...(subresource && { subresource }),
  }
  const set = fieldsOf(ownedPart(served, applied, subresource), rootSchema(served))
  if (!context.store.latest(served.key(name, namespace))) {
    if (subresource) throw notFound(definition, name)
    if (applied.metadata.uid || applied.metadata.resourceVersion) throw gone(served, name)
    const created = await createObject(context, target, call, jsonCopy(applied), dryRun, (_, __, { next }) => {
      next.metadata.managedFields = entriesFrom([{ ...self, fields: set }])
    })
    return answerWith(context, served, call, created, 201)
  }
  let managers: readonly Manager[] = []
  const written = await changeObject(context, target, call, {
    next: (old) => {
      const result = appliedTo(served, old, {
        applied,
        self,
        set,
        force: flag(call.query, 'force'),
        trusted: !call.request,
      })
      managers = result.managers
      return jsonCopy(result.object)
    },
    subresource,
    dryRun,
    track: (_, __, { next }) => {
      next.metadata.managedFields = entriesFrom(managers)
    },
  })
  return answerWith(context, served, call, written, 200)
}

type Self = Omit<Manager, 'fields' | 'kept'>

interface Applying {
  applied: KubeObject
  self: Self
  set: FieldTree
  force: boolean
  /** A part of this process: what nobody is recorded for is its own. */
  trusted: boolean
}

/** Who is said to own what was written before anybody was recorded. */
const beforeFirst = 'before-first-apply'

/** The object and its managers after an apply. Throws Conflict when another manager's value would be changed. */
export function appliedTo(
  served: Served,
  live: KubeObject,
  { applied, self, set, force, trusted }: Applying,
): { object: KubeObject; managers: readonly Manager[] } {
  const schema = rootSchema(served)
  const { subresource } = self
  const livePart = ownedPart(served, live, subresource)
  const recorded = managersFrom(live.metadata.managedFields)
  const managers: readonly Manager[] =
    recorded.length > 0 || trusted
      ? recorded
      : [{ ...self, manager: beforeFirst, operation: 'Update', fields: compare({}, livePart, schema).changed }]
  const mine = managers.find((one) => isSame(one, self))
  const others = managers.filter((one) => one !== mine)
  const laid = merged(livePart, ownedPart(served, applied, subresource), schema)
  const owned = () => others.reduce((sum, one) => union(sum, one.fields), set)
  const part = mine ? withoutDisowned(laid, mine.fields, owned(), schema) : laid
  const comparison = compare(livePart, part, schema)
  const conflicts = conflictsWith(others, comparison)
  if (conflicts.length > 0 && !force) throw applyConflict(served, live.metadata.name, conflicts)
  const rest = othersAfter(others, comparison)
  const entry: Manager =
    mine && sameTree(mine.fields, set) && mine.apiVersion === self.apiVersion ? mine : { ...self, fields: set }
  const object = withPart(live, livePart, part as Members)
  if (applied.metadata.resourceVersion) object.metadata.resourceVersion = applied.metadata.resourceVersion
  if (applied.metadata.uid) object.metadata.uid = applied.metadata.uid
  return { object, managers: [...rest, entry] }
}

type Members = Record<string, unknown>

/** `live` with its owned part replaced, and without its managers: whose what is now is for the caller to say. */
function withPart(live: KubeObject, livePart: Members, part: Members): KubeObject {
  const object = replaced(live as unknown as Members, livePart, part)
  const { managedFields: _, ...metadata } = live.metadata
  object.metadata = replaced(metadata, (livePart.metadata ?? {}) as Members, (part.metadata ?? {}) as Members)
  return object as unknown as KubeObject
}

/** `whole` with a part of it replaced. Built member by member: deleting would make a slow dictionary. */
function replaced(whole: Members, before: Members, after: Members): Members {
  const result: Members = {}
  for (const key of Object.keys(whole)) if (!Object.hasOwn(before, key)) result[key] = whole[key]
  for (const key of Object.keys(after)) if (after[key] !== undefined) result[key] = after[key]
  return result
}

const gone = ({ definition }: Served, name: string) =>
  new StatusError(
    'Conflict',
    `Operation cannot be fulfilled on ${definition.plural}${definition.group && `.${definition.group}`} "${name}": uid or resourceVersion mismatch: the provided object names one, and no existing object was found`,
    { name, group: definition.group || undefined, kind: definition.plural },
  )

function applyConflict({ definition }: Served, name: string, conflicts: readonly Manager[]): StatusError {
  const all = conflicts.map((one) => ({ who: shown(one), paths: pathsOf(one.fields) }))
  const count = all.reduce((sum, { paths }) => sum + paths.length, 0)
  const text = all
    .map(({ who, paths }) =>
      paths.length === 1
        ? `conflict with ${who}: ${paths[0]}`
        : `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
    )
    .join('\n')
  return new StatusError('Conflict', `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${text}`, {
    name,
    group: definition.group || undefined,
    kind: definition.plural,
    causes: all.flatMap(({ who, paths }) =>
      paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${who}`, field })),
    ),
  })
}

function shown({ manager, operation, apiVersion, subresource, time }: Manager): string {
  const who = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`
  if (operation === 'Apply') return who
  return `${who} using ${apiVersion}${time ? ` at ${time}` : ''}`
}
