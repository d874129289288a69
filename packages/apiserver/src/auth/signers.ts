import type { SigningOrder } from './sign.ts'

/** What a request wants to be. */
export interface Asked {
  commonName: string
  organizations: readonly string[]
  /** `dns`, `ip`, `email`, `url`… */
  names: readonly { type: string; value: string }[]
}

/** Bits of the key usage extension (RFC 5280, as @peculiar/x509 counts them), by Kubernetes' names. */
export const keyUsages: Readonly<Record<string, number>> = {
  signing: 1,
  'digital signature': 1,
  'content commitment': 2,
  'key encipherment': 4,
  'data encipherment': 8,
  'key agreement': 16,
  'cert sign': 32,
  'crl sign': 64,
  'encipher only': 128,
  'decipher only': 256,
}

export const extendedUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
}

const basic = ['digital signature', 'key encipherment']

/** Why a signer does not sign a request; undefined when it does. The rules are those of Kubernetes' own signers. */
export function refusalOf({ signerName, usages }: SigningOrder, asked: Asked): string | undefined {
  switch (signerName) {
    case 'kubernetes.io/kube-apiserver-client':
      return usageProblem(usages, 'client auth')
    case 'kubernetes.io/kube-apiserver-client-kubelet':
      return (
        nodeProblem(asked) ??
        usageProblem(usages, 'client auth') ??
        (asked.names.length > 0 ? 'DNS, IP, email and URI subjectAltNames are not allowed' : undefined)
      )
    case 'kubernetes.io/kubelet-serving':
      return (
        nodeProblem(asked) ??
        usageProblem(usages, 'server auth') ??
        (asked.names.some(({ type }) => type !== 'dns' && type !== 'ip')
          ? 'email and URI subjectAltNames are not allowed'
          : asked.names.length === 0
            ? 'DNS or IP subjectAltName is required'
            : undefined)
      )
    case 'kubernetes.io/legacy-unknown': {
      const unknown = usages.find((one) => !(one in keyUsages) && !(one in extendedUsages))
      return unknown === undefined ? undefined : `unrecognized key usage ${JSON.stringify(unknown)}`
    }
    default:
      return `no signer is called ${JSON.stringify(signerName)}`
  }
}

function usageProblem(usages: readonly string[], needed: string): string | undefined {
  if (!usages.includes(needed)) return `usages did not match: expected ${[...basic, needed].join(', ')}`
  return usages.every((one) => one === needed || basic.includes(one))
    ? undefined
    : `usages did not match: expected ${[...basic, needed].join(', ')}`
}

function nodeProblem({ commonName, organizations }: Asked): string | undefined {
  if (organizations.length !== 1 || organizations[0] !== 'system:nodes')
    return 'subject organization is not system:nodes'
  return commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:'
}
