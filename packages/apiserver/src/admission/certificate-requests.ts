import type { CertificateSigningRequest } from '@sampan/resources/certificates/certificate-signing-request'
import { forbidden } from '@sampan/resources/errors'
import type { Admission, Admitted } from './interfaces.ts'

const group = 'certificates.k8s.io'

/** Who asks for a certificate is written down by the server: approvers rely on it. Who approves or signs needs the right to. */
export const certificateRequests: Admission = {
  name: 'CertificateSigningRequest',
  kinds: [`certificatesigningrequests.${group}`],
  concerns: ({ object }) => object !== undefined,
  mutate({ operation, subresource, object, user }) {
    if (operation !== 'CREATE' || subresource !== undefined) return
    const { spec } = object as CertificateSigningRequest
    if (!spec) return
    spec.username = user.name
    spec.groups = [...user.groups]
    if (user.uid) spec.uid = user.uid
    else delete spec.uid
    if (user.extra) spec.extra = Object.fromEntries(Object.entries(user.extra).map(([key, all]) => [key, [...all]]))
    else delete spec.extra
  },
  validate(write) {
    const { subresource, object, old } = write
    const one = object as CertificateSigningRequest
    const before = old as CertificateSigningRequest | undefined
    if (write.operation === 'CREATE') return refuseMasters(one, write)
    if (subresource === 'approval') return mayUse('approve', one, write)
    if (subresource === 'status' && one.status?.certificate && one.status.certificate !== before?.status?.certificate)
      return mayUse('sign', one, write)
  },
}

/** Rights are given for one signer, or for all of a domain: `example.com/*`. */
async function mayUse(verb: string, { spec }: CertificateSigningRequest, write: Admitted): Promise<void> {
  const { signerName } = spec
  const names = [signerName, `${signerName.split('/')[0]}/*`]
  for (const name of names) {
    const resource = { group, version: '*', plural: 'signers', name }
    const { allowed } = await write.authorizer.authorize({ user: write.user, verb, resource, path: '' })
    if (allowed) return
  }
  throw forbidden(
    write.definition,
    write.name,
    `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`,
  )
}

/** Organization (2.5.4.10) `system:masters` as a printable or a UTF-8 string. */
const masters = [0x13, 0x0c].map((tag) =>
  Buffer.concat([Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a, tag, 14]), Buffer.from('system:masters')]),
)

/** That group may do everything and cannot be taken back: nobody gets it by a certificate. */
function refuseMasters({ spec }: CertificateSigningRequest, write: Admitted): void {
  if (spec?.signerName !== 'kubernetes.io/kube-apiserver-client' || typeof spec.request !== 'string') return
  const pem = Buffer.from(spec.request, 'base64').toString('latin1')
  const body = /-----BEGIN [A-Z ]*CERTIFICATE REQUEST-----([\s\S]*?)-----END/.exec(pem)?.[1] ?? ''
  const der = Buffer.from(body, 'base64')
  if (masters.some((one) => der.includes(one)))
    throw forbidden(
      write.definition,
      write.name,
      'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    )
}
