/** The text is no YAML. */
export class YamlError extends Error {
  readonly line: number
  constructor(line: number, message: string) {
    super(message)
    this.name = 'YamlError'
    this.line = line
  }
}

export const isBreak = (char: string): boolean =>
  char === '\n' || char === '\r' || char === '\x85' || char === '\u2028' || char === '\u2029'
export const isBlank = (char: string): boolean => char === ' ' || char === '\t'
export const isBlankOrEnd = (char: string): boolean => char === '' || isBlank(char) || isBreak(char)

/** A sticky pattern: all up to the line break. */
export const restOfLine = /[^\n\r\x85\u2028\u2029]*/y

export interface ReadScalar {
  value: string
  line: number
}

/** A place in a text. `char` is empty at the end. */
export class Reader {
  at = 0
  column = 0
  line: number
  #text: string

  constructor(text: string, line: number) {
    this.#text = text
    this.line = line
  }

  get char(): string {
    return this.#text[this.at] ?? ''
  }

  peek(ahead: number): string {
    return this.#text[this.at + ahead] ?? ''
  }

  skip(count = 1): void {
    this.at += count
    this.column += count
  }

  take(): string {
    const { char } = this
    this.skip()
    return char
  }

  /** Passes what a sticky pattern without line breaks matches here, and gives it. */
  takeAll(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)?.[0] ?? ''
    this.skip(found.length)
    return found
  }

  /** Passes a comment that begins here, up to the end of its line. */
  skipComment(): void {
    if (this.char === '#') this.takeAll(restOfLine)
  }

  /** Passes a line break and gives it as YAML means it. */
  readBreak(): string {
    const { char } = this
    this.at += char === '\r' && this.peek(1) === '\n' ? 2 : 1
    this.column = 0
    this.line++
    return char === '\u2028' || char === '\u2029' ? char : '\n'
  }

  /** At `---` or `...` on a line of their own. */
  isMarker(): boolean {
    const three = this.#text.slice(this.at, this.at + 3)
    return this.column === 0 && (three === '---' || three === '...') && isBlankOrEnd(this.peek(3))
  }
}
