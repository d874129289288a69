import type { V1CertificateSigningRequest } from '@kubernetes/client-node'
import { needed } from '../check.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { invalidValue, required } from '../problem.ts'
import { requestColumns } from './request-columns.ts'

export type CertificateSigningRequest = BuiltIn<V1CertificateSigningRequest>

export const certificateSigningRequest = defineResource<CertificateSigningRequest>({
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  shortNames: ['csr'],
  scope: 'Cluster',
  hasStatus: true,
  hasGeneration: false,
  fields: { 'spec.signerName': (one) => one.spec.signerName },
  columns: requestColumns,
  defaults: ensureSpec,
  validate: ({ spec }, old) =>
    old
      ? []
      : [
          ...needed('spec.request', spec.request),
          ...needed('spec.signerName', spec.signerName),
          !spec.usages?.length && required('spec.usages', 'usages is required'),
          spec.expirationSeconds !== undefined &&
            spec.expirationSeconds < 600 &&
            invalidValue(
              'spec.expirationSeconds',
              spec.expirationSeconds,
              'may not specify a duration less than 600 seconds (10 minutes)',
            ),
        ],
})
