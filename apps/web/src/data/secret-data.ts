/** A value of a Secret or ConfigMap as people read it. */
export type Value = { kind: 'text'; text: string } | { kind: 'binary'; bytes: number; base64: string }

/** What base64 holds: text when it is UTF-8 without control characters, else only its size. */
export function decoded(base64: string): Value {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what makes it no text
    if (!/[\u0000-\u0008\u000e-\u001f]/.test(text)) return { kind: 'text', text }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  return { kind: 'binary', bytes: bytes.length, base64 }
}

export function encoded(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

interface Holder {
  data?: Record<string, string>
  binaryData?: Record<string, string>
}

/** Every entry of a Secret or ConfigMap, by name. */
export function entriesOf(object: object, isSecret: boolean): [name: string, value: Value][] {
  const { data = {}, binaryData = {} } = object as Holder
  const plain = Object.entries(data).map(([name, value]): [string, Value] => [
    name,
    isSecret ? decoded(value) : { kind: 'text', text: value },
  ])
  return [...plain, ...Object.entries(binaryData).map(([name, value]): [string, Value] => [name, decoded(value)])].sort(
    ([a], [b]) => a.localeCompare(b),
  )
}

/** Changed texts by name; `null`: the entry goes. */
export type Changes = Readonly<Record<string, string | null>>

/** The object with some entries changed; what is not named stays as it is, byte for byte. */
export function withChanges<T extends object>(object: T, changes: Changes, isSecret: boolean): T {
  const { data = {}, binaryData } = object as Holder
  const next = { ...data }
  const binary = { ...binaryData }
  for (const [name, text] of Object.entries(changes)) {
    delete binary[name]
    if (text === null) delete next[name]
    else next[name] = isSecret ? encoded(text) : text
  }
  return { ...object, data: next, ...(binaryData && { binaryData: binary }) }
}

/** Names of entries become file names and variables. */
export const entryRule = /^[-._a-zA-Z0-9]{1,253}$/
