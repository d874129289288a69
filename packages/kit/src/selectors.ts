/** One condition on labels. All of a selector's requirements must hold. */
export interface Requirement {
  key: string
  operator: 'in' | 'notin' | '=' | '!=' | 'exists' | '!' | 'gt' | 'lt'
  values: readonly string[]
}

export type Selector = readonly Requirement[]
export type Labels = Readonly<Record<string, string>>

/** `metav1.LabelSelector`. */
export interface LabelSelectorLike {
  matchLabels?: Readonly<Record<string, string>>
  matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[]
}

/** Matches everything. */
export const everything: Selector = []

const key = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?'
const value = '(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?'
const forms: [RegExp, (key: string, values: string) => Requirement][] = [
  [new RegExp(`^!\\s*(${key})()$`), (name) => ({ key: name, operator: '!', values: [] })],
  [new RegExp(`^(${key})()$`), (name) => ({ key: name, operator: 'exists', values: [] })],
  [new RegExp(`^(${key})\\s*==?\\s*(${value})$`), (name, one) => ({ key: name, operator: '=', values: [one] })],
  [new RegExp(`^(${key})\\s*!=\\s*(${value})$`), (name, one) => ({ key: name, operator: '!=', values: [one] })],
  [new RegExp(`^(${key})\\s*>\\s*(-?\\d+)$`), (name, one) => ({ key: name, operator: 'gt', values: [one] })],
  [new RegExp(`^(${key})\\s*<\\s*(-?\\d+)$`), (name, one) => ({ key: name, operator: 'lt', values: [one] })],
  [
    new RegExp(`^(${key})\\s+in\\s*\\(([^()]*)\\)$`),
    (name, set) => ({ key: name, operator: 'in', values: inSet(set) }),
  ],
  [
    new RegExp(`^(${key})\\s+notin\\s*\\(([^()]*)\\)$`),
    (name, set) => ({ key: name, operator: 'notin', values: inSet(set) }),
  ],
]

const oneValue = new RegExp(`^${value}$`)

function inSet(text: string): string[] {
  const values = text.split(',').map((one) => one.trim())
  const wrong = values.find((one) => !oneValue.test(one))
  if (wrong !== undefined) throw new SyntaxError(`unable to parse requirement: values: ${JSON.stringify(wrong)}`)
  return [...new Set(values)].sort()
}

/** A selector as kubectl's `-l` takes it: `app=web,tier in (a,b),!old`. Throws `SyntaxError`. */
export function parseSelector(text: string): Selector {
  if (!text.trim()) return everything
  return splitOutsideBrackets(text).map((part) => {
    for (const [form, made] of forms) {
      const match = form.exec(part)
      if (match) return made(match[1]!, match[2]!)
    }
    throw new SyntaxError(`unable to parse requirement: ${JSON.stringify(part)}`)
  })
}

function splitOutsideBrackets(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')') depth--
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  parts.push(text.slice(from).trim())
  return parts
}

/** Whether `labels` meet every requirement. */
export function matches(selector: Selector, labels: Labels = {}): boolean {
  return selector.every(({ key: name, operator, values }) => {
    const has = Object.hasOwn(labels, name)
    const label = has ? labels[name]! : undefined
    switch (operator) {
      case '=':
      case 'in':
        return label !== undefined && values.includes(label)
      case '!=':
      case 'notin':
        return label === undefined || !values.includes(label)
      case 'exists':
        return has
      case '!':
        return !has
      case 'gt':
        return isWhole(label) && BigInt(label) > BigInt(values[0]!)
      case 'lt':
        return isWhole(label) && BigInt(label) < BigInt(values[0]!)
    }
    return false
  })
}

const isWhole = (text: string | undefined): text is string => text !== undefined && /^[+-]?\d+$/.test(text)

const operators: Record<string, Requirement['operator']> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}

/**
 * A LabelSelector object as requirements; undefined matches nothing (and stays undefined), `{}` everything.
 * Throws `SyntaxError` on an unknown operator.
 */
export function selectorFrom(object: LabelSelectorLike | undefined): Selector | undefined {
  if (!object) return undefined
  const plain = Object.entries(object.matchLabels ?? {}).map(
    ([name, one]): Requirement => ({ key: name, operator: '=', values: [one] }),
  )
  const expressions = (object.matchExpressions ?? []).map((one): Requirement => {
    const operator = Object.hasOwn(operators, one.operator) ? operators[one.operator] : undefined
    if (!operator) throw new SyntaxError(`${JSON.stringify(one.operator)} is not a valid label selector operator`)
    return { key: one.key, operator, values: one.values ?? [] }
  })
  return [...plain, ...expressions]
}

/** Whether a LabelSelector object selects `labels`. */
export function selects(object: LabelSelectorLike | undefined, labels: Labels | undefined): boolean {
  const selector = selectorFrom(object)
  return selector !== undefined && matches(selector, labels)
}

/** A Service's or ReplicationController's plain map: an empty one selects nothing. */
export const selectsMap = (map: Labels | undefined, labels: Labels | undefined): boolean =>
  map !== undefined && Object.keys(map).length > 0 && selects({ matchLabels: map }, labels)

/** The text form, keys sorted: `app=web,tier in (a,b),!old`. Empty for a selector that matches everything. */
export function selectorText(selector: Selector): string {
  return selector
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key: name, operator, values }) => {
      switch (operator) {
        case 'exists':
          return name
        case '!':
          return `!${name}`
        case 'in':
        case 'notin':
          return `${name} ${operator} (${values.toSorted().join(',')})`
        case 'gt':
          return `${name}>${values[0]}`
        case 'lt':
          return `${name}<${values[0]}`
        default:
          return `${name}${operator}${values[0]}`
      }
    })
    .join(',')
}

export interface FieldRequirement {
  field: string
  operator: '=' | '!='
  value: string
}

/** `status.phase=Running,metadata.name!=x`; `\` escapes comma, equals and itself in values. Throws `SyntaxError`. */
export function parseFieldSelector(text: string): FieldRequirement[] {
  return text
    .split(/(?<!(?<!\\)(?:\\\\)*\\),/)
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=!]+)(!=|==|=)(.*)$/s.exec(part)
      if (!match) throw new SyntaxError(`invalid selector: '${text}'; can't understand '${part}'`)
      const [, field, operator, rest] = match
      if (/(?<!\\)(?:\\\\)*=/.test(rest!)) throw new SyntaxError(`invalid field selector: unescaped = in '${part}'`)
      return { field: field!, operator: operator === '!=' ? '!=' : '=', value: rest!.replace(/\\([\\,=])/g, '$1') }
    })
}

/** Whether every requirement holds, `read` giving a field as text. */
export const fieldsMatch = (selector: readonly FieldRequirement[], read: (field: string) => string | undefined) =>
  selector.every(({ field, operator, value: want }) => ((read(field) ?? '') === want) === (operator === '='))
