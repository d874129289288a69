import { webcrypto } from 'node:crypto'

/** A self-signed certificate and its key, both PEM, for names that have none of their own. Good for ten years. */
export async function selfSigned(now: Date): Promise<{ cert: string; key: string }> {
  // Needed once in the life of an instance: not worth the memory at every start.
  await import('reflect-metadata')
  const { X509CertificateGenerator, PemConverter } = await import('@peculiar/x509')
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
  return { cert: `${certificate.toString('pem')}\n`, key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` }
}
