import { createHash, createPrivateKey, type KeyObject, randomBytes, type webcrypto, X509Certificate } from 'node:crypto'
import type { Client } from '@sampan/client/client'
import { keptSecret } from '../kept-secret.ts'

/** What signs the registry's access tokens. The registry itself has the certificate only. */
export interface RegistryKeys {
  privateKey: KeyObject
  /** PEM. */
  certificate: string
  /** Base64 DER, as in a token's `x5c`. */
  x5c: string
  /** Fingerprint in libtrust's form, as distribution 2.x wants it. */
  kid: string
  /** distribution's `http.secret`. */
  httpSecret: string
}

export const registrySecretName = 'registry-keys'

export async function registryKeys(client: Client): Promise<RegistryKeys> {
  const kept = await keptSecret(client, registrySecretName, makeKeys)
  return keysFrom({
    key: kept['token.key'].toString(),
    certificate: kept['token.crt'].toString(),
    httpSecret: kept['http-secret'].toString(),
  })
}

export function keysFrom({ key, certificate, httpSecret }: { key: string; certificate: string; httpSecret: string }) {
  const parsed = new X509Certificate(certificate)
  return {
    privateKey: createPrivateKey(key),
    certificate,
    httpSecret,
    x5c: parsed.raw.toString('base64'),
    kid: libtrustId(parsed.publicKey.export({ type: 'spki', format: 'der' })),
  } satisfies RegistryKeys
}

/** A P-256 key and a certificate for it that only says whose key it is. */
export async function makeKeys() {
  // Loaded here: needed once in the life of an instance. The second needs the first.
  await import('reflect-metadata')
  const { X509CertificateGenerator } = await import('@peculiar/x509')
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
  const now = Date.now()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=sampan-registry-token',
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(now - 24 * 3600_000),
    notAfter: new Date(now + 20 * 365 * 24 * 3600_000),
    serialNumber: randomBytes(8).toString('hex'),
  })
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return {
    'token.key': key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'token.crt': certificate.toString('pem'),
    'http-secret': randomBytes(32).toString('hex'),
  }
}

/** First 30 bytes of the SHA-256 of the public key, base32, in twelve groups of four. */
export function libtrustId(spki: Buffer): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...createHash('sha256').update(spki).digest().subarray(0, 30)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  const letters = bits.match(/.{5}/g)!.map((five) => alphabet[Number.parseInt(five, 2)])
  return letters.join('').match(/.{4}/g)!.join(':')
}
