/** The bytes are no protobuf message. */
export class WireError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WireError'
  }
}

export type WireField =
  | { number: number; type: 'varint'; value: bigint }
  | { number: number; type: 'bytes'; value: Uint8Array }
  | { number: number; type: 'fixed64' | 'fixed32'; value: DataView }

/** The fields of one encoded message in the order they come. Throws `WireError` on malformed bytes. */
export function* fieldsOf(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0

  const varint = (): bigint => {
    let low = 0
    let high = 0n
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw new WireError('unexpected end of message')
      if (shift < 28) low |= (byte & 0x7f) << shift
      else high |= BigInt(byte & 0x7f) << BigInt(shift)
      if (byte < 0x80) return BigInt.asUintN(64, high === 0n ? BigInt(low) : high | BigInt(low))
    }
    throw new WireError('a number is longer than ten bytes')
  }

  const take = (size: number): number => {
    if (size < 0 || at + size > bytes.length) throw new WireError('unexpected end of message')
    at += size
    return at - size
  }

  while (at < bytes.length) {
    const key = Number(varint())
    const number = Math.floor(key / 8)
    if (number === 0) throw new WireError('field number 0')
    switch (key % 8) {
      case 0:
        yield { number, type: 'varint', value: varint() }
        break
      case 1:
        yield { number, type: 'fixed64', value: new DataView(view.buffer, view.byteOffset + take(8), 8) }
        break
      case 2: {
        const size = Number(varint())
        const from = take(size)
        yield { number, type: 'bytes', value: bytes.subarray(from, from + size) }
        break
      }
      case 5:
        yield { number, type: 'fixed32', value: new DataView(view.buffer, view.byteOffset + take(4), 4) }
        break
      default:
        throw new WireError(`wire type ${key % 8} is not supported`)
    }
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Throws `WireError` on bytes that are no UTF-8. */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (error) {
    throw new WireError(`a string is not UTF-8: ${(error as Error).message}`)
  }
}

const encoder = new TextEncoder()

/** Builds a message: for the protobuf form of the OpenAPI document, and for tests. */
export class WireWriter {
  #chunks: Uint8Array[] = []
  #size = 0

  #push(bytes: Uint8Array): void {
    this.#chunks.push(bytes)
    this.#size += bytes.length
  }

  #number(value: bigint | number): void {
    let rest = BigInt.asUintN(64, BigInt(value))
    const bytes: number[] = []
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    bytes.push(Number(rest))
    this.#push(Uint8Array.from(bytes))
  }

  varint(number: number, value: bigint | number | boolean): this {
    this.#number(number * 8)
    this.#number(typeof value === 'boolean' ? Number(value) : value)
    return this
  }

  bytes(number: number, value: Uint8Array): this {
    this.#number(number * 8 + 2)
    this.#number(value.length)
    this.#push(value)
    return this
  }

  text(number: number, value: string): this {
    return this.bytes(number, encoder.encode(value))
  }

  double(number: number, value: number): this {
    this.#number(number * 8 + 1)
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setFloat64(0, value, true)
    this.#push(bytes)
    return this
  }

  message(number: number, value: WireWriter): this {
    return this.bytes(number, value.finish())
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#size)
    let at = 0
    for (const chunk of this.#chunks) {
      whole.set(chunk, at)
      at += chunk.length
    }
    return whole
  }
}
