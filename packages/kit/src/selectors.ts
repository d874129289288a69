/** Label and field selectors, in the text form of kubectl's `-l` and in the form of objects. */

export interface Requirement {
  key: string
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'
  values: readonly string[]
}

/** All requirements must hold; none at all selects everything. */
export type Selector = readonly Requirement[]

export type Labels = Readonly<Record<string, string>>

export interface SelectorObject {
  matchLabels?: Record<string, string>
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[]
}

export function matches(selector: Selector, labels: Labels = {}): boolean {
  return selector.every((requirement) => holds(requirement, labels))
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    case 'Gt':
      return value !== undefined && isWhole(value) && Number(value) > Number(values[0])
    case 'Lt':
      return value !== undefined && isWhole(value) && Number(value) < Number(values[0])
  }
}

/** A LabelSelector: `undefined` selects nothing, an empty one everything. */
export function matchesObject(selector: SelectorObject | undefined, labels: Labels = {}): boolean {
  return selector !== undefined && matches(selectorFrom(selector), labels)
}

/** Services and ReplicationControllers select by plain labels; none given selects nothing. */
export function matchesLabels(wanted: Labels | undefined, labels: Labels = {}): boolean {
  if (!wanted) return false
  const keys = Object.keys(wanted)
  return keys.length > 0 && keys.every((key) => labels[key] === wanted[key])
}

export function selectorFrom({ matchLabels = {}, matchExpressions = [] }: SelectorObject): Selector {
  return [
    ...Object.entries(matchLabels).map(([key, value]): Requirement => ({ key, operator: 'In', values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({
      key,
      operator: operator as Requirement['operator'],
      values,
    })),
  ]
}

/** The text form of a selector, as in `status.selector` of a Scale. */
export function selectorText(selector: Selector): string {
  return selector.map(requirementText).join(',')
}

function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.toSorted().join(',')})`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.toSorted().join(',')})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
    case 'Gt':
      return `${key}>${values[0]}`
    case 'Lt':
      return `${key}<${values[0]}`
  }
}

const part =
  /^\s*(?:(!)\s*([^\s=!,()<>]+)|([^\s=!,()<>]+)\s*(?:(==|=|!=|>|<)\s*([^\s=!,()<>]*)|\s(in|notin)\s*\(([^()]*)\))?)\s*(?:,|$)/

/** Parses `a=b,c!=d,e in (f,g),!h,i`. Throws SyntaxError with the part that makes no sense. */
export function parseSelector(text: string): Selector {
  const requirements: Requirement[] = []
  let rest = text.trim()
  while (rest !== '') {
    const found = part.exec(rest)
    if (!found) throw new SyntaxError(`unable to parse requirement: found '${rest}'`)
    const [whole, absent, absentKey, key = '', operator, value = '', set, members = ''] = found
    rest = rest.slice(whole.length)
    if (whole.trimEnd().endsWith(',') && rest.trim() === '')
      throw new SyntaxError("unable to parse requirement: found '', expected: identifier")
    if (absent) requirements.push({ key: absentKey ?? '', operator: 'DoesNotExist', values: [] })
    else if (set)
      requirements.push({
        key,
        operator: set === 'in' ? 'In' : 'NotIn',
        values: members.split(',').map((member) => member.trim()),
      })
    else if (operator === '!=') requirements.push({ key, operator: 'NotIn', values: [value] })
    else if (operator === '>') requirements.push({ key, operator: 'Gt', values: [value] })
    else if (operator === '<') requirements.push({ key, operator: 'Lt', values: [value] })
    else if (operator) requirements.push({ key, operator: 'In', values: [value] })
    else requirements.push({ key, operator: 'Exists', values: [] })
  }
  return requirements
}

const isWhole = (text: string) => /^-?\d+$/.test(text)
