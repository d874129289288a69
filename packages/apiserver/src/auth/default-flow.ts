const apiVersion = 'flowcontrol.apiserver.k8s.io/v1'

interface Level {
  name: string
  /** Undefined: exempt. */
  shares?: number
}

interface Schema {
  name: string
  level: string
  precedence: number
  groups: readonly string[]
}

const levels: readonly Level[] = [
  { name: 'exempt' },
  { name: 'global-default', shares: 20 },
  { name: 'catch-all', shares: 5 },
]

const everybody = ['system:authenticated', 'system:unauthenticated']
const schemas: readonly Schema[] = [
  { name: 'exempt', level: 'exempt', precedence: 1, groups: ['system:masters'] },
  { name: 'global-default', level: 'global-default', precedence: 9900, groups: everybody },
  { name: 'catch-all', level: 'catch-all', precedence: 10_000, groups: everybody },
]

/**
 * The flow control objects clients expect to find. They are served but steer nothing here: see `fairness.ts` for what keeps
 * callers apart.
 */
export const flowObjects = () => [
  ...levels.map(({ name, shares }) => ({
    apiVersion,
    kind: 'PriorityLevelConfiguration',
    metadata: { name },
    spec:
      shares === undefined
        ? { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }
        : {
            type: 'Limited',
            limited: { nominalConcurrencyShares: shares, lendablePercent: 0, limitResponse: { type: 'Reject' } },
          },
  })),
  ...schemas.map(({ name, level, precedence, groups }) => ({
    apiVersion,
    kind: 'FlowSchema',
    metadata: { name },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence: precedence,
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: groups.map((group) => ({ kind: 'Group', group: { name: group } })),
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
          nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        },
      ],
    },
  })),
]
