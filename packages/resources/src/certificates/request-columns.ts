import { humanAge } from '@sampan/kit/durations'
import { age } from '../columns.ts'
import type { Column } from '../define.ts'
import type { CertificateSigningRequest } from './certificate-signing-request.ts'

function stateText({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((one) => one.type === type)
  if (!status?.conditions?.length) return 'Pending'
  const words = [
    has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : undefined,
    has('Failed') ? 'Failed' : undefined,
    status.certificate ? 'Issued' : undefined,
  ].filter((word) => word !== undefined)
  return words.join(',') || 'Pending'
}

export const requestColumns: readonly Column<CertificateSigningRequest>[] = [
  age,
  { name: 'SignerName', value: (one) => one.spec.signerName || '<none>' },
  { name: 'Requestor', value: (one) => one.spec.username },
  {
    name: 'RequestedDuration',
    value: ({ spec: { expirationSeconds } }) =>
      expirationSeconds === undefined ? '<none>' : humanAge(expirationSeconds * 1000),
  },
  { name: 'Condition', value: stateText },
]
