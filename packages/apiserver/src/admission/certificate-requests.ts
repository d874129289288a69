import type { CertificateSigningRequest } from '@sampan/resources/certificates/certificate-signing-request'
import type { Admission } from './interfaces.ts'

/** Who asks for a certificate is written down by the server: approvers rely on it. */
export const certificateRequests: Admission = {
  name: 'CertificateSigningRequest',
  concerns: ({ operation, definition, subresource }) =>
    operation === 'CREATE' &&
    definition.group === 'certificates.k8s.io' &&
    definition.plural === 'certificatesigningrequests' &&
    subresource === undefined,
  mutate({ object, user }) {
    const { spec } = object as CertificateSigningRequest
    if (!spec) return
    spec.username = user.name
    spec.groups = [...user.groups]
    if (user.uid) spec.uid = user.uid
    else delete spec.uid
    if (user.extra) spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, all]) => [key, [...all]]))
    else delete spec.extra
  },
}
