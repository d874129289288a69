import type { Client } from '@sampan/client/client'
import type { Pod } from '@sampan/resources/core/pod'
import { MountError, type Token } from './volumes/payload.ts'

/** Service account tokens of pods, asked for once and kept until they are old. */
export interface Tokens {
  /** Throws MountError. */
  of(pod: Pod, audience: string | undefined, seconds: number): Promise<Token>
  forget(podUid: string): void
}

interface Review {
  status?: { token?: string; expirationTimestamp?: string }
}

/** The share of its life after which a token is replaced, as on any Kubernetes node. */
const freshShare = 0.8

export function tokens(client: Client, now: () => number): Tokens {
  const kept = new Map<string, Map<string, { token: Token; until: number }>>()

  async function request(pod: Pod, audience: string | undefined, seconds: number): Promise<Token> {
    const { namespace = '', name, uid } = pod.metadata
    const account = pod.spec.serviceAccountName || 'default'
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(account)}/token`
    const response = await client
      .raw({
        method: 'POST',
        path,
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          spec: {
            audiences: audience ? [audience] : [],
            expirationSeconds: seconds,
            boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
          },
        },
      })
      .catch((cause: Error) => {
        throw new MountError(`failed to fetch token: ${cause.message}`, { cause })
      })
    const { status } = (await response.object()) as Review
    if (!status?.token || !status.expirationTimestamp)
      throw new MountError('failed to fetch token: the answer has none')
    return { token: status.token, expiresAt: Date.parse(status.expirationTimestamp) }
  }

  return {
    async of(pod, audience, seconds) {
      const uid = pod.metadata.uid!
      const key = `${audience ?? ''} ${seconds}`
      const found = kept.get(uid)?.get(key)
      if (found && now() < found.until) return found.token
      const token = await request(pod, audience, seconds)
      const until = now() + (token.expiresAt - now()) * freshShare
      if (!kept.has(uid)) kept.set(uid, new Map())
      kept.get(uid)!.set(key, { token, until })
      return token
    },
    forget: (uid) => void kept.delete(uid),
  }
}
