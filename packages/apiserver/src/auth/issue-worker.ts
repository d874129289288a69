import 'reflect-metadata' // needed by the next import
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Order, Pair, Wanted } from './issue.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 24 * 3600_000

interface Signer {
  certificate: X509Certificate | undefined
  subject: string
  key: webcrypto.CryptoKey
}

async function make(wanted: Wanted, signer: Signer | undefined, now: Date): Promise<Pair & { signer: Signer }> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const subject = nameOf(wanted)
  const isAuthority = wanted.use === 'authority'
  const certificate = await X509CertificateGenerator.create({
    serialNumber: `00${randomBytes(15).toString('hex')}`,
    subject,
    issuer: signer?.subject ?? subject,
    notBefore: new Date(now.getTime() - day), // clocks differ
    notAfter: new Date(now.getTime() + wanted.days * day),
    publicKey: keys.publicKey,
    signingKey: signer?.key ?? keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(isAuthority, undefined, true),
      new KeyUsagesExtension(
        isAuthority
          ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature
          : KeyUsageFlags.digitalSignature,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ...(await extensionsOf(wanted, signer)),
    ],
  })
  const key = createPrivateKey({
    key: Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    format: 'der',
    type: 'pkcs8',
  })
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    signer: { certificate, subject: certificate.subject, key: keys.privateKey },
  }
}

async function extensionsOf(
  { use, dnsNames = [], addresses = [] }: Wanted,
  signer: Signer | undefined,
): Promise<Extension[]> {
  const extensions: Extension[] = []
  if (signer?.certificate) extensions.push(await AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey))
  if (use === 'server') extensions.push(new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]))
  if (use === 'client') extensions.push(new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]))
  if (dnsNames.length + addresses.length > 0)
    extensions.push(
      new SubjectAlternativeNameExtension([
        ...dnsNames.map((value) => ({ type: 'dns', value }) as const),
        ...addresses.map((value) => ({ type: 'ip', value }) as const),
      ]),
    )
  return extensions
}

const nameOf = ({ commonName, organizations = [] }: Wanted) => [
  ...organizations.map((value) => ({ O: [value] })),
  { CN: [commonName] },
]

async function signerFrom({ cert, key }: Pair): Promise<Signer> {
  const certificate = new X509Certificate(cert)
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' })
  return {
    certificate,
    subject: certificate.subject,
    key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
  }
}

const { wanted, authority, now } = workerData as Order
let signer = authority && (await signerFrom(authority))
const made: Record<string, Pair> = {}
for (const one of wanted) {
  const result = await make(one, one.use === 'authority' ? undefined : signer, now)
  if (one.use === 'authority') signer = result.signer
  made[one.id] = { cert: result.cert, key: result.key }
}
parentPort!.postMessage(made)
