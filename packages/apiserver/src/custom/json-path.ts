type Step =
  | { do: 'member'; name: string }
  | { do: 'index'; at: number }
  | { do: 'all' }
  | { do: 'where'; path: Step[]; operator: string; value: unknown }

/**
 * The JSONPath that printer columns use: members, `[n]`, `[*]`, `['name']`, `[?(@.type=="Ready")]`. Answers the values
 * found, in order; a path that cannot be read finds nothing.
 */
export function compilePath(text: string): (object: unknown) => unknown[] {
  const steps = parse(text.replace(/^\$/, ''))
  if (!steps) return () => []
  return (object) => find([object], steps)
}

function find(values: unknown[], steps: readonly Step[]): unknown[] {
  let found = values
  for (const step of steps) found = found.flatMap((value) => apply(value, step))
  return found
}

function apply(value: unknown, step: Step): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if (step.do === 'member') {
    const member = Object.hasOwn(value, step.name) ? (value as Record<string, unknown>)[step.name] : undefined
    return member === undefined ? [] : [member]
  }
  if (step.do === 'all') return Object.values(value)
  if (!Array.isArray(value)) return []
  if (step.do === 'index') {
    const one = value.at(step.at)
    return one === undefined ? [] : [one]
  }
  return value.filter((one) => find([one], step.path).some((found) => holds(found, step.operator, step.value)))
}

function holds(found: unknown, operator: string, value: unknown): boolean {
  if (operator === '') return true
  if (operator === '==') return found === value
  if (operator === '!=') return found !== value
  const [a, b] = [found as number, value as number]
  return operator === '>' ? a > b : operator === '<' ? a < b : operator === '>=' ? a >= b : a <= b
}

/** How each step looks, and what it does; the first form that fits counts. */
const forms: readonly [RegExp, (match: RegExpExecArray) => Step | undefined][] = [
  [/^\.\*/, () => ({ do: 'all' })],
  [/^\.((?:[^.[\\]|\\.)+)/, ([, name]) => ({ do: 'member', name: name!.replace(/\\(.)/g, '$1') })],
  [/^\.?\[\*\]/, () => ({ do: 'all' })],
  [/^\.?\[(-?\d+)\]/, ([, at]) => ({ do: 'index', at: Number(at) })],
  [/^\.?\[(['"])(.*?)\1\]/, ([, , name]) => ({ do: 'member', name: name!.replace(/\\(.)/g, '$1') })],
  [
    /^\.?\[\?\(\s*@([^=!<>]*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.*?))?\s*\)\]/,
    ([, inner, operator = '', value = '']) => {
      const path = parse(inner!)
      return path && { do: 'where', path, operator, value: literal(value) }
    },
  ],
]

function parse(text: string): Step[] | undefined {
  const steps: Step[] = []
  let rest = text.trim()
  while (rest !== '') {
    const found = forms.map(([form, made]) => ({ match: form.exec(rest), made })).find(({ match }) => match)
    const step = found?.made(found.match!)
    if (!step) return undefined
    steps.push(step)
    rest = rest.slice(found!.match![0].length)
  }
  return steps
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/.exec(text)
  if (quoted) return quoted[2]
  if (text === 'true' || text === 'false') return text === 'true'
  return Number(text)
}
