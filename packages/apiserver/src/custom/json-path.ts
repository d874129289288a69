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

function parse(text: string): Step[] | undefined {
  const steps: Step[] = []
  let rest = text.trim()
  while (rest !== '') {
    let match: RegExpExecArray | null
    if ((match = /^\.((?:[^.[\\]|\\.)+)/.exec(rest))) {
      const name = match[1]!.replace(/\\(.)/g, '$1')
      steps.push(name === '*' ? { do: 'all' } : { do: 'member', name })
    } else if ((match = /^\.?\[\*\]/.exec(rest))) steps.push({ do: 'all' })
    else if ((match = /^\.?\[(-?\d+)\]/.exec(rest))) steps.push({ do: 'index', at: Number(match[1]) })
    else if ((match = /^\.?\[(['"])(.*?)\1\]/.exec(rest)))
      steps.push({ do: 'member', name: match[2]!.replace(/\\(.)/g, '$1') })
    else if ((match = /^\.?\[\?\(\s*@([^=!<>]*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.*?))?\s*\)\]/.exec(rest))) {
      const path = parse(match[1]!)
      if (!path) return undefined
      steps.push({ do: 'where', path, operator: match[2] ?? '', value: literal(match[3] ?? '') })
    } else return undefined
    rest = rest.slice(match[0].length)
  }
  return steps
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/.exec(text)
  if (quoted) return quoted[2]
  if (text === 'true' || text === 'false') return text === 'true'
  return Number(text)
}
