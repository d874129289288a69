import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { parentPort, workerData } from 'node:worker_threads'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'

/** Makes one self-signed certificate, tells it to the parent, and takes what the library needed with it. */
const now = workerData as Date
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
const certificate = await X509CertificateGenerator.createSelfSigned(
  {
    name: 'CN=Sampan ingress default certificate',
    notBefore: new Date(now.getTime() - 3_600_000),
    notAfter: new Date(now.getTime() + 10 * 365 * 86_400_000),
    signingAlgorithm: algorithm,
    keys,
  },
  webcrypto as unknown as Parameters<typeof X509CertificateGenerator.createSelfSigned>[1],
)
const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
parentPort!.postMessage({
  cert: `${certificate.toString('pem')}\n`,
  key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`,
})
