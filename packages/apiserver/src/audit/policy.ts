/** How much of a request is kept: nothing, who did what, the body sent, the body answered as well. */
export type Level = 'None' | 'Metadata' | 'Request' | 'RequestResponse'

const levels: readonly Level[] = ['None', 'Metadata', 'Request', 'RequestResponse']

/** A rule of `audit.k8s.io/v1` Policy. What is left out matches everything. */
export interface PolicyRule {
  level: Level
  users?: readonly string[]
  userGroups?: readonly string[]
  verbs?: readonly string[]
  /** `resources`: `pods`, `pods/exec`, all subresources `pods/*`, `scale` of anything, or `*`. An empty list: all of the group. */
  resources?: readonly { group?: string; resources?: readonly string[]; resourceNames?: readonly string[] }[]
  /** `''` is the cluster scope. */
  namespaces?: readonly string[]
  /** Exact, or everything that begins with what stands before a `*`. */
  nonResourceURLs?: readonly string[]
}

export interface Policy {
  rules: readonly PolicyRule[]
}

/** What a rule is asked about. */
export interface Asked {
  user: { name: string; groups: readonly string[] }
  verb: string
  path: string
  resource?: { group: string; plural: string; subresource?: string; namespace?: string; name?: string }
}

/** The level of the first rule that matches; None when no rule does. */
export const levelOf = ({ rules }: Policy, asked: Asked): Level =>
  rules.find((rule) => matches(rule, asked))?.level ?? 'None'

function matches(rule: PolicyRule, { user, verb, path, resource }: Asked): boolean {
  if (rule.users?.length && !rule.users.includes(user.name)) return false
  if (rule.userGroups?.length && !rule.userGroups.some((group) => user.groups.includes(group))) return false
  if (rule.verbs?.length && !rule.verbs.includes(verb)) return false
  if (!resource)
    return (
      !rule.resources?.length &&
      !rule.namespaces?.length &&
      (!rule.nonResourceURLs?.length || rule.nonResourceURLs.some((url) => matchesPath(url, path)))
    )
  if (rule.nonResourceURLs?.length && !rule.resources?.length && !rule.namespaces?.length) return false
  if (rule.namespaces?.length && !rule.namespaces.includes(resource.namespace ?? '')) return false
  return !rule.resources?.length || rule.resources.some((one) => matchesResource(one, resource))
}

const matchesPath = (url: string, path: string) =>
  url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path

function matchesResource(
  { group = '', resources = [], resourceNames = [] }: NonNullable<PolicyRule['resources']>[number],
  { group: askedGroup, plural, subresource, name }: NonNullable<Asked['resource']>,
): boolean {
  if (group !== askedGroup) return false
  if (resourceNames.length > 0 && !resourceNames.includes(name ?? '')) return false
  if (resources.length === 0) return true
  const whole = subresource ? `${plural}/${subresource}` : plural
  return resources.some(
    (one) => one === '*' || one === whole || (subresource && (one === `*/${subresource}` || one === `${plural}/*`)),
  )
}

/**
 * A policy from the text of a file (YAML or JSON), already parsed. Throws an error that names the rule that is wrong:
 * a server must not run with an audit log other than the one asked for.
 */
export function policyFrom(value: unknown): Policy {
  const { kind, rules } = (value ?? {}) as { kind?: unknown; rules?: unknown }
  if (kind !== 'Policy' || !Array.isArray(rules))
    throw new Error('audit policy: kind Policy with a list of rules is needed')
  rules.forEach((rule: unknown, index) => {
    const { level } = (rule ?? {}) as { level?: Level }
    if (!level || !levels.includes(level))
      throw new Error(`audit policy: rules[${index}].level must be one of ${levels.join(', ')}`)
  })
  return { rules: rules as PolicyRule[] }
}

/**
 * What is kept without a policy file: every change people and their programs make, every look at a Secret, every way into
 * a container. `ownUsers` are parts of the system, whose work only follows from that; on behalf of somebody they count as
 * that somebody.
 */
export const defaultPolicy = (ownUsers: readonly string[]): Policy => ({
  rules: [
    ...(ownUsers.length > 0 ? [{ level: 'None', users: ownUsers } as const] : []),
    {
      level: 'None',
      resources: [{ group: '', resources: ['events'] }, { group: 'events.k8s.io' }, { group: 'coordination.k8s.io' }],
    },
    { level: 'None', resources: [{ group: 'authorization.k8s.io' }, { group: 'authentication.k8s.io' }] },
    {
      level: 'Metadata',
      resources: [
        {
          group: '',
          resources: [
            'secrets',
            'serviceaccounts/token',
            'pods/exec',
            'pods/attach',
            'pods/portforward',
            'pods/proxy',
            'services/proxy',
            'nodes/proxy',
          ],
        },
      ],
    },
    { level: 'None', verbs: ['get', 'list', 'watch', 'head', 'options'] },
    { level: 'Metadata' },
  ],
})
