/** A rule of a Role: what may be done to what. */
export interface Rule {
  verbs: readonly string[]
  apiGroups?: readonly string[]
  resources?: readonly string[]
  resourceNames?: readonly string[]
  nonResourceURLs?: readonly string[]
}

export interface ResourceAsk {
  verb: string
  group: string
  plural: string
  subresource?: string
  name?: string
}

/** Whether a rule lets through what is asked (semantics of rbac/v1 PolicyRule). */
export function allowsResource(rule: Rule, ask: ResourceAsk): boolean {
  return (
    has(rule.verbs, ask.verb) &&
    has(rule.apiGroups, ask.group) &&
    namesResource(rule.resources, ask) &&
    (!rule.resourceNames?.length ||
      (ask.name !== undefined && ask.name !== '' && rule.resourceNames.includes(ask.name)))
  )
}

export function allowsPath(rule: Rule, ask: { verb: string; path: string }): boolean {
  if (!has(rule.verbs, ask.verb)) return false
  return (rule.nonResourceURLs ?? []).some((url) =>
    url.endsWith('*') ? ask.path.startsWith(url.slice(0, -1)) : url === ask.path,
  )
}

function namesResource(resources: readonly string[] | undefined, { plural, subresource }: ResourceAsk) {
  if (!resources) return false
  if (!subresource) return resources.includes('*') || resources.includes(plural)
  return (
    resources.includes('*') || resources.includes(`${plural}/${subresource}`) || resources.includes(`*/${subresource}`)
  )
}

const has = (list: readonly string[] | undefined, value: string) =>
  list !== undefined && (list.includes('*') || list.includes(value))

/**
 * What of `wanted` goes beyond `owned`; empty when nothing does. Every wanted rule is taken apart into its smallest
 * claims, each of which one owned rule must cover alone.
 */
export function beyond(owned: readonly Rule[], wanted: readonly Rule[]): Rule[] {
  return wanted.flatMap(atoms).filter((atom) => !owned.some((rule) => covers(rule, atom)))
}

function atoms(rule: Rule): Rule[] {
  const verbs = rule.verbs.map((verb) => [verb])
  if (rule.nonResourceURLs?.length)
    return verbs.flatMap((verb) => rule.nonResourceURLs!.map((url): Rule => ({ verbs: verb, nonResourceURLs: [url] })))
  const names = rule.resourceNames?.length ? rule.resourceNames.map((name) => [name]) : [undefined]
  return verbs.flatMap((verb) =>
    (rule.apiGroups ?? []).flatMap((group) =>
      (rule.resources ?? []).flatMap((resource) =>
        names.map(
          (name): Rule => ({
            verbs: verb,
            apiGroups: [group],
            resources: [resource],
            ...(name && { resourceNames: name }),
          }),
        ),
      ),
    ),
  )
}

function covers(rule: Rule, atom: Rule): boolean {
  if (!has(rule.verbs, atom.verbs[0]!)) return false
  if (atom.nonResourceURLs) {
    const [url] = atom.nonResourceURLs as [string]
    return (rule.nonResourceURLs ?? []).some(
      (one) => one === url || (one.endsWith('*') && url.startsWith(one.slice(0, -1))),
    )
  }
  const [resource] = atom.resources as [string]
  const [plural, subresource] = resource.split('/', 2) as [string, string?]
  const name = atom.resourceNames?.[0]
  return (
    has(rule.apiGroups, atom.apiGroups![0]!) &&
    ((rule.resources ?? []).includes(resource) ||
      (plural !== '*' && namesResource(rule.resources, { verb: '', group: '', plural, subresource }))) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  )
}
