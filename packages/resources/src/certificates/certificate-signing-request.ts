import type { V1CertificateSigningRequest } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
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
})
