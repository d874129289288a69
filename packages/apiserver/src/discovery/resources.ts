import type { Verb } from '@sampan/resources/define'
import type { Kinds } from '../kinds.ts'
import type { Served } from '../served.ts'

/** What discovery says about one subresource. */
export interface SubresourceInfo {
  subresource: string
  group: string
  version: string
  kind: string
  verbs: readonly string[]
}

const own: Readonly<Record<string, SubresourceInfo[]>> = {
  '/namespaces': [{ subresource: 'finalize', group: '', version: 'v1', kind: 'Namespace', verbs: ['update'] }],
  'certificates.k8s.io/certificatesigningrequests': [
    {
      subresource: 'approval',
      group: 'certificates.k8s.io',
      version: 'v1',
      kind: 'CertificateSigningRequest',
      verbs: ['get', 'patch', 'update'],
    },
  ],
  '/pods': [
    { subresource: 'binding', group: '', version: 'v1', kind: 'Binding', verbs: ['create'] },
    { subresource: 'ephemeralcontainers', group: '', version: 'v1', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { subresource: 'resize', group: '', version: 'v1', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
    { subresource: 'eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  ],
}

/** Subresources of a kind, in order of name. */
export function subresourcesOf({ definition }: Served, kinds: Kinds): SubresourceInfo[] {
  const { group, version, kind, plural, hasStatus, scale } = definition
  const change = ['get', 'patch', 'update']
  return [
    ...(hasStatus ? [{ subresource: 'status', group, version, kind, verbs: change }] : []),
    ...(scale ? [{ subresource: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: change }] : []),
    ...(own[`${group}/${plural}`] ?? []),
    ...kinds.handlersOf(definition).map((one) => ({
      subresource: one.subresource,
      group: one.kind.group ?? group,
      version: one.kind.version ?? version,
      kind: one.kind.kind,
      verbs: one.verbs,
    })),
  ].sort((a, b) => (a.subresource < b.subresource ? -1 : 1))
}

/** Verbs as discovery lists them. */
export const verbsOf = (served: Served, kinds: Kinds): readonly Verb[] =>
  kinds.virtual(served.definition) ? ['create'] : [...served.verbs].sort()
