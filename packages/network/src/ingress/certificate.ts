import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'

const checked = new Map<string, string | undefined>()

/** Why a certificate and key cannot be used together; undefined when they can. Never says anything of the key itself. */
export function certificateProblem(cert: string, key: string): string | undefined {
  const id = createHash('sha256').update(`${cert}\n${key}`).digest('hex')
  if (checked.has(id)) return checked.get(id)
  const problem = found(cert, key)
  if (checked.size > 2000) checked.clear()
  checked.set(id, problem)
  return problem
}

function found(cert: string, key: string): string | undefined {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch {
    return 'has a tls.crt that is no PEM certificate'
  }
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
      ? undefined
      : 'has a tls.key that does not belong to tls.crt'
  } catch {
    return 'has a tls.key that is no PEM key without a password'
  }
}

/** Why certificates of authorities cannot be used; undefined when they can. */
export function authoritiesProblem(text: string): string | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (!blocks) return 'has a ca.crt without any PEM certificate'
  for (const block of blocks)
    try {
      new X509Certificate(block)
    } catch {
      return 'has a ca.crt with something that is no PEM certificate'
    }
  return undefined
}
