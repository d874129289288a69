import type { V1ValidatingWebhookConfiguration } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { each } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { defaultWebhook } from './webhook-defaults.ts'
import { webhooksProblems } from './webhook-validation.ts'

export type ValidatingWebhookConfiguration = BuiltIn<V1ValidatingWebhookConfiguration>

export const validatingWebhookConfiguration = defineResource<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => {
    for (const webhook of each(one.webhooks)) defaultWebhook(webhook)
  },
  columns: [{ name: 'Webhooks', type: 'integer', value: (one) => one.webhooks?.length ?? 0 }, age],
  validate: (one) => [...webhooksProblems(one.webhooks)],
})
