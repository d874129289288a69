import 'reflect-metadata' // needed by the next import
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { SigningJob } from './sign.ts'
import { type Asked, extendedUsages, keyUsages, refusalOf } from './signers.ts'

const signing = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const year = 365 * 24 * 3600
const backdateMs = 5 * 60_000

async function sign({ order, authority, now }: SigningJob): Promise<{ certificate: string } | { refusal: string }> {
  let request: Pkcs10CertificateRequest
  try {
    request = new Pkcs10CertificateRequest(order.request)
  } catch {
    return { refusal: 'unable to parse csr: it is no PKCS #10 request in PEM' }
  }
  if (!(await request.verify())) return { refusal: 'unable to verify csr: the signature does not fit the key' }
  const refusal = refusalOf(order, askedOf(request))
  if (refusal) return { refusal }
  const issuer = new X509Certificate(authority.cert)
  const seconds = Math.min(Math.max(order.expirationSeconds ?? year, 600), year)
  const notAfter = Math.min(now.getTime() + seconds * 1000, issuer.notAfter.getTime())
  const names = namesOf(request)
  const flags = order.usages.reduce((sum, one) => sum | (keyUsages[one] ?? 0), 0)
  const extended = order.usages.flatMap((one) => extendedUsages[one] ?? [])
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    subject: request.subject,
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - backdateMs),
    notAfter: new Date(notAfter),
    publicKey: request.publicKey,
    signingKey: await keyFrom(authority.key),
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(flags || KeyUsageFlags.digitalSignature, true),
      ...(extended.length > 0 ? [new ExtendedKeyUsageExtension(extended)] : []),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(names ? [names] : []),
    ],
  })
  return { certificate: `${certificate.toString('pem')}\n` }
}

function askedOf(request: Pkcs10CertificateRequest): Asked {
  const { subjectName } = request
  const names = namesOf(request)?.names.toJSON() ?? []
  return {
    commonName: subjectName.getField('CN')[0] ?? '',
    organizations: subjectName.getField('O'),
    names: names.map(({ type, value }) => ({ type, value: String(value) })),
  }
}

function namesOf(request: Pkcs10CertificateRequest): SubjectAlternativeNameExtension | undefined {
  const found = request.getExtension('2.5.29.17')
  return found ? new SubjectAlternativeNameExtension(found.rawData) : undefined
}

async function keyFrom(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  return webcrypto.subtle.importKey('pkcs8', der, signing, false, ['sign'])
}

parentPort!.postMessage(await sign(workerData as SigningJob))
