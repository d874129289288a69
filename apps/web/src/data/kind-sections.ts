import type { ApiKind } from './discovery.ts'
import type { MessageKey } from './messages.ts'

export interface KindSection {
  title: MessageKey
  kinds: readonly ApiKind[]
}

const sections: readonly { title: MessageKey; has: (kind: ApiKind) => boolean }[] = [
  { title: 'cluster.platformKinds', has: ({ group }) => group === 'sampan.dev' },
  {
    title: 'cluster.groupWorkloads',
    has: ({ group, plural }) =>
      ['apps', 'batch', 'autoscaling'].includes(group) ||
      (group === '' && ['pods', 'podtemplates', 'replicationcontrollers'].includes(plural)) ||
      plural === 'poddisruptionbudgets',
  },
  {
    title: 'cluster.groupNetwork',
    has: ({ group, plural }) =>
      ['networking.k8s.io', 'discovery.k8s.io'].includes(group) ||
      (group === '' && /^(services|endpoints)$/.test(plural)),
  },
  {
    title: 'cluster.groupConfig',
    has: ({ group, plural }) =>
      group === '' && /^(configmaps|secrets|resourcequotas|limitranges|namespaces)$/.test(plural),
  },
  {
    title: 'cluster.groupStorage',
    has: ({ group, plural }) => group === 'storage.k8s.io' || (group === '' && plural.startsWith('persistentvolume')),
  },
  {
    title: 'cluster.access',
    has: ({ group, plural }) =>
      ['rbac.authorization.k8s.io', 'certificates.k8s.io', 'admissionregistration.k8s.io'].includes(group) ||
      (group === '' && plural === 'serviceaccounts'),
  },
  {
    title: 'cluster.groupOther',
    has: ({ group }) => group === '' || group.endsWith('.k8s.io') || !group.includes('.'),
  },
  { title: 'cluster.custom', has: () => true },
]

/** Kinds that can be listed, in the version the server prefers, by what they are for; `wanted` is part of a name. */
export function kindSections(all: readonly ApiKind[], wanted = ''): KindSection[] {
  const text = wanted.toLowerCase()
  const shown = all.filter(
    ({ isPreferred, verbs, kind, plural, group, shortNames }) =>
      isPreferred &&
      verbs.includes('list') &&
      [kind, plural, group, ...shortNames].some((word) => word.toLowerCase().includes(text)),
  )
  const sectionOf = new Map(shown.map((kind) => [kind, sections.find(({ has }) => has(kind))]))
  return sections
    .map((section) => ({
      title: section.title,
      kinds: shown
        .filter((kind) => sectionOf.get(kind) === section)
        .sort((a, b) => a.kind.localeCompare(b.kind) || a.group.localeCompare(b.group)),
    }))
    .filter(({ kinds }) => kinds.length > 0)
}
