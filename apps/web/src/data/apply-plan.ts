import { unifiedDiff } from '@sampan/kit/unified-diff'
import type { KubeObject } from '@sampan/resources/meta'
import type { Said } from './action.ts'
import { api, Refused } from './api.ts'
import { type ApiKind, apiPath, kindOf, objectPath } from './discovery.ts'
import { diffOf } from './edit-object.ts'
import { filledIn } from './managed-fields.ts'
import type { MessageKey } from './messages.ts'
import { partsOf, withoutManagers, yamlOf } from './yaml-text.ts'

/** What applying one object would do. */
export type Verdict =
  | { kind: 'create' | 'change' | 'same'; diff: string; filled: readonly string[] }
  /** Cannot be tried: it needs what another document makes. */
  | { kind: 'later'; why: MessageKey }
  | { kind: 'refused'; error: Error }
  | { kind: 'wrong'; said: Said }

export interface Step {
  object: KubeObject
  /** Which document of the text it comes from. */
  document: number
  kind?: ApiKind
  namespace?: string
  verdict: Verdict
}

export interface Options {
  kinds: readonly ApiKind[]
  /** Of objects that name none. */
  namespace: string
  /** Takes over fields that others manage. */
  force: boolean
}

interface Wanted {
  object: KubeObject
  document: number
}

/** Every object of a text; lists are taken apart. Throws at mistakes in the YAML. */
export function objectsIn(text: string): Wanted[] {
  return partsOf(text).flatMap(({ object, mistakes }, document) => {
    if (mistakes[0]) throw new Error(`${mistakes[0].line}: ${mistakes[0].message}`)
    if (!object) return []
    const { items } = object as { items?: unknown }
    const all = object.kind?.endsWith('List') && Array.isArray(items) ? (items as KubeObject[]) : [object]
    return all.map((one) => ({ object: one, document }))
  })
}

/** Tries every object of a text on the server; nothing is made. */
export async function planOf(text: string, options: Options): Promise<Step[]> {
  const wanted = objectsIn(text)
  const steps: Step[] = []
  for (const one of wanted) steps.push(await stepOf(one, wanted, options))
  return steps
}

async function stepOf({ object, document }: Wanted, all: readonly Wanted[], options: Options): Promise<Step> {
  const base = { object, document }
  const { apiVersion = '', kind: name = '' } = object
  if (!apiVersion || !name || !object.metadata?.name)
    return { ...base, verdict: { kind: 'wrong', said: { key: 'yaml.noName' } } }
  const kind = kindOf(options.kinds, object)
  if (!kind) {
    const isMade = all.some((one) => definesKind(one.object, apiVersion, name))
    return {
      ...base,
      verdict: isMade
        ? { kind: 'later', why: 'yaml.laterKind' }
        : { kind: 'wrong', said: { key: 'yaml.noKind', values: { apiVersion, kind: name } } },
    }
  }
  const namespace = kind.isNamespaced ? (object.metadata.namespace ?? options.namespace) : undefined
  const place = { ...base, kind, ...(namespace && { namespace }) }
  const isMade = all.some((one) => one.object.kind === 'Namespace' && one.object.metadata?.name === namespace)
  return { ...place, verdict: await verdictOn(place, isMade, options.force) }
}

async function verdictOn(step: Omit<Step, 'verdict'>, isNamespaceMade: boolean, force: boolean): Promise<Verdict> {
  try {
    const before = await readOrNothing(step)
    const after = await send(step, { force, dryRun: true })
    if (!before)
      return { kind: 'create', diff: unifiedDiff('', yamlOf(plain(after))), filled: filledIn(step.object, after) }
    const diff = diffOf(plain(before), plain(after))
    return { kind: diff === '' ? 'same' : 'change', diff, filled: [] }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    if (isNamespaceMade && error.status === 404) return { kind: 'later', why: 'yaml.laterNamespace' }
    return { kind: 'refused', error }
  }
}

async function readOrNothing(step: Omit<Step, 'verdict'>): Promise<KubeObject | undefined> {
  try {
    return await api<KubeObject>(pathOf(step))
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined
    throw error
  }
}

const pathOf = ({ kind, namespace, object }: Omit<Step, 'verdict'>) =>
  `/kube${apiPath(kind!, { name: object.metadata.name, ...(namespace && { namespace }) })}`

function send(
  step: Omit<Step, 'verdict'>,
  { force, dryRun }: { force: boolean; dryRun?: boolean },
): Promise<KubeObject> {
  const { object, namespace } = step
  const query = new URLSearchParams({
    fieldManager: 'sampan-console',
    fieldValidation: 'Strict',
    force: String(force),
    ...(dryRun && { dryRun: 'All' }),
  })
  return api<KubeObject>(`${pathOf(step)}?${query}`, {
    method: 'PATCH',
    type: 'application/apply-patch+yaml',
    body: {
      ...withoutManagers(object),
      metadata: { ...withoutManagers(object).metadata, ...(namespace && { namespace }) },
    },
  })
}

/** Without what is another at every try. */
function plain(object: KubeObject): unknown {
  const { resourceVersion: _, generation: __, uid: ___, creationTimestamp: ____, ...metadata } = object.metadata
  return { ...object, metadata }
}

function definesKind(object: KubeObject, apiVersion: string, kind: string): boolean {
  const { spec } = object as { spec?: { group?: string; names?: { kind?: string }; versions?: { name?: string }[] } }
  return (
    object.kind === 'CustomResourceDefinition' &&
    spec?.names?.kind === kind &&
    (spec.versions ?? []).some(({ name }) => `${spec.group}/${name}` === apiVersion)
  )
}

export interface Applied {
  step: Step
  href?: string
  error?: Error
}

/** What others need comes first. */
const rank = ({ object }: Step) =>
  object.kind === 'Namespace' ? 0 : object.kind === 'CustomResourceDefinition' ? 1 : 2

/**
 * Applies what was planned, namespaces and definitions first. One that is refused does not keep the others. `lookAgain` reads
 * the kinds of the server, for kinds that come to be on the way.
 */
export async function applyPlan(
  steps: readonly Step[],
  {
    force,
    namespace,
    lookAgain,
    waitMs = 500,
  }: Omit<Options, 'kinds'> & { lookAgain: () => Promise<readonly ApiKind[]>; waitMs?: number },
): Promise<Applied[]> {
  const done: Applied[] = []
  for (const planned of steps.toSorted((a, b) => rank(a) - rank(b))) {
    if (planned.verdict.kind === 'wrong') continue
    try {
      const kind = planned.kind ?? (await waitFor(planned.object, lookAgain, waitMs))
      if (!kind) {
        done.push({ step: planned, error: new Error(`${planned.object.apiVersion} ${planned.object.kind}`) })
        continue
      }
      const own = kind.isNamespaced ? (planned.object.metadata.namespace ?? namespace) : undefined
      const step = { ...planned, kind, ...(own && { namespace: own }) }
      await send(step, { force })
      done.push({ step, href: objectPath(kind, { name: step.object.metadata.name, ...(own && { namespace: own }) }) })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      done.push({ step: planned, error })
    }
  }
  return done
}

async function waitFor(object: KubeObject, lookAgain: () => Promise<readonly ApiKind[]>, waitMs: number) {
  for (let tries = 0; tries < 20; tries++) {
    const found = kindOf(await lookAgain(), object)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, waitMs))
  }
  return undefined
}
