import { jsonCopy } from '@sampan/kit/json-copy'
import { jsonEqual } from '@sampan/kit/json-equal'
import { badRequest, type Reason, reasons, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { jsonPatch } from '../../patch/json-patch.ts'
import { prune } from '../../prune.ts'
import type { Admission, Admitted } from '../interfaces.ts'
import { callWebhook, placeOf, type Review } from './call.ts'
import { isExempt, type Webhook, type WebhookConfiguration, wants } from './rules.ts'

const group = 'admissionregistration.k8s.io'
const mutating = { group, plural: 'mutatingwebhookconfigurations' }
const validating = { group, plural: 'validatingwebhookconfigurations' }

/** The rules of programs outside: each sees the writes it asked for, may change them, and may refuse them. */
export const mutatingWebhooks: Admission = {
  name: 'MutatingAdmissionWebhook',
  concerns: (write) => chosen(mutating, write).length > 0,
  async mutate(write) {
    const all = chosen(mutating, write)
    const states = new Map<Webhook, KubeObject | undefined>()
    for (const webhook of all) {
      await ask(webhook, write)
      states.set(webhook, jsonCopy(write.object))
    }
    // Once more for those that asked to see what others changed after them.
    for (const webhook of all)
      if (webhook.reinvocationPolicy === 'IfNeeded' && !jsonEqual(states.get(webhook), write.object))
        await ask(webhook, write)
  },
}

export const validatingWebhooks: Admission = {
  name: 'ValidatingAdmissionWebhook',
  concerns: (write) => chosen(validating, write).length > 0,
  async validate(write) {
    const results = await Promise.allSettled(chosen(validating, write).map((webhook) => ask(webhook, write)))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  },
}

/** In order of the configurations' names, then as they are written. */
const chosen = (kind: typeof mutating, write: Admitted): Webhook[] =>
  isExempt(write)
    ? []
    : write.objects
        .list<WebhookConfiguration>(kind)
        .flatMap(({ webhooks }) => webhooks ?? [])
        .filter((webhook) => wants(webhook, write))

/** Asks one webhook and does what it says. A webhook that fails refuses the write, unless its policy is to ignore that. */
async function ask(webhook: Webhook, write: Admitted): Promise<void> {
  if (write.dryRun && webhook.sideEffects !== 'None' && webhook.sideEffects !== 'NoneOnDryRun')
    throw badRequest(`admission webhook ${JSON.stringify(webhook.name)} does not support dry run`)
  let review: Review
  try {
    if (webhook.matchConditions?.length) throw new Error('matchConditions are not evaluated by this server')
    review = await callWebhook(webhook, write)
    if (review.allowed && review.patch) takePatch(review, write)
  } catch (cause) {
    if (webhook.failurePolicy === 'Ignore') return
    throw failed(webhook, write, cause)
  }
  for (const warning of review.warnings ?? []) write.warnings.push(warning)
  if (!review.allowed) throw denied(webhook, review)
}

/** Changes the object in place, as all of admission does. */
function takePatch({ patch, patchType }: Review, { object, definition }: Admitted): void {
  if (patchType !== 'JSONPatch') throw new Error(`unsupported patch type ${JSON.stringify(patchType)}`)
  if (!object) throw new Error('there is no object to patch')
  const operations = JSON.parse(Buffer.from(patch!, 'base64').toString()) as unknown
  const next = jsonPatch(object, operations) as KubeObject
  if (typeof next !== 'object' || next === null || typeof next.metadata !== 'object')
    throw new Error('the patch leaves no object')
  for (const key of Object.keys(object)) delete (object as unknown as Record<string, unknown>)[key]
  Object.assign(object, next)
  if (definition.schema) prune(definition.schema, object)
}

function failed(webhook: Webhook, write: Admitted, cause: unknown): StatusError {
  const name = JSON.stringify(webhook.name)
  const why = cause instanceof Error ? cause.message : String(cause)
  let where = ''
  try {
    where = `Post ${JSON.stringify(placeOf(webhook, write).url.href)}: `
  } catch {
    // There is no such place: that is what `why` says.
  }
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
