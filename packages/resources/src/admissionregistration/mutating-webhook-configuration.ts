import type { V1MutatingWebhookConfiguration } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { each, fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { defaultWebhook } from './webhook-defaults.ts'
import { webhooksProblems } from './webhook-validation.ts'

export type MutatingWebhookConfiguration = BuiltIn<V1MutatingWebhookConfiguration>

export const mutatingWebhookConfiguration = defineResource<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => {
    for (const webhook of each(one.webhooks)) {
      defaultWebhook(webhook)
      fill(webhook, { reinvocationPolicy: 'Never' })
    }
  },
  columns: [{ name: 'Webhooks', type: 'integer', value: (one) => one.webhooks?.length ?? 0 }, age],
  validate: (one) => [...webhooksProblems(one.webhooks)],
})
