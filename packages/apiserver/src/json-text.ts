import { badRequest } from '@sampan/resources/errors'

const maxDepth = 1000

export interface Parsed {
  value: unknown
  /** Paths of keys that came twice in one object, as `spec.replicas`; the last one counts. */
  duplicates: string[]
}

/**
 * JSON as an API has to read it: says which keys came twice, refuses absurd nesting, and drops `__proto__`, which no
 * kind has and which is dangerous to copy. Throws BadRequest.
 */
export function parseJson(text: string): Parsed {
  let value: unknown
  const shape = scan(text)
  if (shape.depth > maxDepth) throw badRequest(`the object is nested more than ${maxDepth} levels deep`)
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${(error as Error).message}`, { cause: error })
  }
  const members = countMembers(value)
  return { value, duplicates: members === shape.members ? [] : duplicateKeys(text) }
}

/** Members (colons outside strings) and depth, without building anything. */
function scan(text: string): { members: number; depth: number } {
  let members = 0
  let depth = 0
  let deepest = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) i = endOfString(text, i)
    else if (code === 58) members++
    else if (code === 123 || code === 91) {
      if (++depth > deepest) deepest = depth
    } else if (code === 125 || code === 93) depth--
  }
  return { members, depth: deepest }
}

/** The place of the quote that ends the string whose opening quote is at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text.charCodeAt(end - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return end
  }
  return text.length
}

function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const one of value) if (typeof one === 'object') count += countMembers(one)
    return count
  }
  if (Object.hasOwn(value, '__proto__')) {
    count += 1 + countMembers((Object.getOwnPropertyDescriptor(value, '__proto__') as PropertyDescriptor).value)
    Reflect.deleteProperty(value, '__proto__')
  }
  for (const key in value) {
    count++
    const member = (value as Record<string, unknown>)[key]
    if (typeof member === 'object') count += countMembers(member)
  }
  return count
}

/** Walks valid JSON text and names the keys that come twice. */
function duplicateKeys(text: string): string[] {
  const found: string[] = []
  const stack: { path: string; keys?: Set<string>; index: number; key: string }[] = []
  let isKey = false
  const pathHere = () => {
    const top = stack.at(-1)
    if (!top) return ''
    return top.keys ? join(top.path, top.key) : `${top.path}[${top.index}]`
  }
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    const top = stack.at(-1)
    if (char === '"') {
      const end = endOfString(text, i)
      if (isKey && top?.keys) {
        top.key = JSON.parse(text.slice(i, end + 1)) as string
        if (top.keys.has(top.key)) found.push(join(top.path, top.key))
        top.keys.add(top.key)
        isKey = false
      }
      i = end
    } else if (char === '{') {
      stack.push({ path: pathHere(), keys: new Set(), index: 0, key: '' })
      isKey = true
    } else if (char === '[') stack.push({ path: pathHere(), index: 0, key: '' })
    else if (char === '}' || char === ']') {
      stack.pop()
      isKey = false
    } else if (char === ',' && top) {
      if (top.keys) isKey = true
      else top.index++
    }
  }
  return [...new Set(found)]
}

const join = (path: string, key: string) => (path ? `${path}.${key}` : key)
