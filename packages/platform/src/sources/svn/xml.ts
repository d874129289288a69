/** As much XML as `svn --xml` writes: elements by name, with attributes and text; it is machine-made and never nested in itself. */
export interface Element {
  attribute(name: string): string | undefined
  /** Text of the first element of this name inside. */
  text(name: string): string | undefined
  /** The first element of this name inside. */
  first(name: string): Element | undefined
}

export function elementsIn(xml: string, name: string): Element[] {
  const pattern = new RegExp(`<${name}(\\s[^>]*)?(?:/>|>([\\s\\S]*?)</${name}>)`, 'g')
  return [...xml.matchAll(pattern)].map(([, attributes = '', inside = '']) => ({
    attribute(key) {
      const [, value] = new RegExp(`\\s${key}\\s*=\\s*"([^"]*)"`).exec(attributes) ?? []
      return value === undefined ? undefined : decoded(value)
    },
    text(key) {
      const [, value] = new RegExp(`<${key}(?:\\s[^>]*)?>([\\s\\S]*?)</${key}>`).exec(inside) ?? []
      return value === undefined ? undefined : decoded(value)
    },
    first: (key) => elementsIn(inside, key)[0],
  }))
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const decoded = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, digits, name) =>
    hex
      ? String.fromCodePoint(Number.parseInt(hex, 16))
      : digits
        ? String.fromCodePoint(Number(digits))
        : (entities[name] ?? all),
  )
