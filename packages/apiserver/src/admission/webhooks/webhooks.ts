import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import type { Definition } from '@sampan/resources/define'
import { badRequest, forbidden, type Reason, reasons, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { jsonPatch } from '../../patch/json-patch.ts'
import { prune } from '../../prune.ts'
import { converted, shownAs } from '../in-version.ts'
import type { Admission, Admitted } from '../interfaces.ts'
import { isExempt, wantedAs } from '../matching.ts'
import { callWebhook, type Review } from './call.ts'
import { shownUrl } from './reach.ts'
import type { Webhook, WebhookConfiguration } from './rules.ts'

const group = 'admissionregistration.k8s.io'
const mutating = { group, plural: 'mutatingwebhookconfigurations' }
const validating = { group, plural: 'validatingwebhookconfigurations' }

/** The rules of programs outside: each sees the writes it asked for, may change them, and may refuse them. */
export const mutatingWebhooks: Admission = {
  name: 'MutatingAdmissionWebhook',
  concerns: (write) => chosen(mutating, write).length > 0,
  async mutate(write) {
    const all = chosen(mutating, write)
    const states = new Map<Chosen, KubeObject | undefined>()
    for (const one of all) {
      await ask(one, write)
      states.set(one, jsonCopy(write.object))
    }
    // Once more for those that asked to see what others changed after them.
    for (const one of all)
      if (one.webhook.reinvocationPolicy === 'IfNeeded' && !jsonEqual(states.get(one), write.object))
        await ask(one, write)
  },
}

export const validatingWebhooks: Admission = {
  name: 'ValidatingAdmissionWebhook',
  concerns: (write) => chosen(validating, write).length > 0,
  async validate(write) {
    const results = await Promise.allSettled(chosen(validating, write).map((one) => ask(one, write)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  },
}

/** A webhook that wants to see a write, and the version it wants to see. */
interface Chosen {
  webhook: Webhook
  shown: Definition
}

/** In order of the configurations' names, then as they are written. */
function chosen(kind: typeof mutating, write: Admitted): Chosen[] {
  const { objects } = write
  if (objects.store.count(`/${kind.group}/${kind.plural}/`) === 0 || isExempt(write)) return []
  return objects.list<WebhookConfiguration>(kind).flatMap(({ webhooks = [] }) =>
    webhooks.flatMap((webhook) => {
      const shown = wantedAs(webhook, write)
      return shown ? [{ webhook, shown }] : []
    }),
  )
}

/** Asks one webhook and does what it says. A webhook that fails refuses the write, unless its policy is to ignore that. */
async function ask({ webhook, shown }: Chosen, write: Admitted): Promise<void> {
  if (webhook.matchConditions?.length && !(await conditionsSay(webhook, write, shown))) return
  if (write.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun')
    throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`)
  let review: Review
  try {
    review = await callWebhook(webhook, write, shown)
    if (review.allowed && review.patch) await takePatch(review, write, shown)
  } catch (cause) {
    if (webhook.failurePolicy === 'Ignore') return
    throw failed(webhook, cause)
  }
  for (const [key, value] of Object.entries(review.auditAnnotations ?? {}))
    write.annotate(`${webhook.name}/${key}`, value)
  for (const warning of review.warnings ?? []) write.warnings.push(warning)
  if (!review.allowed) throw denied(webhook, review)
}

/** Whether the webhook is asked at all. Conditions that cannot be evaluated refuse, unless the policy is to ignore that. */
async function conditionsSay(webhook: Webhook, write: Admitted, shown: Definition): Promise<boolean> {
  const { matchConditionsHold } = await import('./conditions.ts')
  try {
    return matchConditionsHold(webhook, write, await shownAs(write, shown))
  } catch (cause) {
    if (webhook.failurePolicy === 'Ignore') return false
    const why = cause instanceof Error ? cause.message : String(cause)
    throw forbidden(write.definition, write.name, why)
  }
}

/** Changes the object in place, as all of admission does. */
async function takePatch(
  { patch, patchType }: Review,
  { object, definition, kinds }: Admitted,
  shown: Definition,
): Promise<void> {
  if (patchType !== 'JSONPatch') throw new Error(`unsupported patch type ${JSON.stringify(patchType)}`)
  if (!object) throw new Error('there is no object to patch')
  const operations = JSON.parse(Buffer.from(patch!, 'base64').toString()) as unknown
  const patched = jsonPatch(await converted(object, definition, shown, kinds), operations) as KubeObject
  const next = await converted(patched, shown, definition, kinds)
  if (typeof next !== 'object' || next === null || typeof next.metadata !== 'object')
    throw new Error('the patch leaves no object')
  for (const key of Object.keys(object)) delete (object as unknown as Record<string, unknown>)[key]
  Object.assign(object, next)
  if (definition.schema) prune(definition.schema, object)
}

function failed(webhook: Webhook, cause: unknown): StatusError {
  const name = JSON.stringify(webhook.name)
  const why = cause instanceof Error ? cause.message : String(cause)
  const where = `Post ${JSON.stringify(shownUrl(webhook.clientConfig, webhook.timeoutSeconds ?? 10))}: `
  return new StatusError(
    'InternalError',
    `Internal error occurred: failed calling webhook ${name}: failed to call webhook: ${where}${why}`,
    { causes: [{ message: `failed calling webhook ${name}: ${why}` }] },
    { cause },
  )
}

function denied(webhook: Webhook, { status }: Review): StatusError {
  const by = `admission webhook ${JSON.stringify(webhook.name)} denied the request`
  const why = status?.message || status?.reason
  const code = status?.code && status.code >= 400 ? status.code : 400
  const known = status?.reason && status.reason in reasons ? (status.reason as Reason) : undefined
  const reason = known ?? (Object.keys(reasons) as Reason[]).find((one) => reasons[one] === code) ?? 'BadRequest'
  return new StatusError(reason, why ? `${by}: ${why}` : `${by} without explanation`)
}
