/**
 * Protocol Buffers for the few messages the container runtime speaks. A message is said once, as a value; its encoder,
 * its decoder and its TypeScript types follow from it. Kept instead of a library because that costs 7 MB of memory.
 *
 * 64-bit numbers become `number`: sizes stay exact, nanosecond times are exact to 0.3 µs.
 */
export interface Field<Given, Read> {
  readonly no: number
  /** Appends the value with its tag; nothing for what is absent on the wire anyway (zero, '', false). */
  write(out: Bytes, value: Given): void
  /** One occurrence; `before` is what earlier ones gave. */
  read(input: Reader, wireType: number, before: Read): Read
  empty(): Read
}

// biome-ignore lint/suspicious/noExplicitAny: the variance of Field's members allows no narrower bound
type AnyField = Field<any, any>
export type Shape = Readonly<Record<string, AnyField>>

export interface Message<S extends Shape> {
  readonly shape: S
  encode(value: GivenOf<S>): Buffer
  /** Unknown fields are skipped. Throws RangeError on bytes that end early. */
  decode(bytes: Uint8Array): ReadOf<S>
}

/** What a caller fills in: anything may be left out. */
export type GivenOf<S extends Shape> = { [K in keyof S]?: S[K] extends Field<infer Given, infer _> ? Given : never }
/** What comes back: everything is there, sub-messages possibly undefined. */
export type ReadOf<S extends Shape> = { [K in keyof S]: S[K] extends Field<infer _, infer Read> ? Read : never }
export type Given<M> = M extends Message<infer S> ? GivenOf<S> : never
export type Read<M> = M extends Message<infer S> ? ReadOf<S> : never

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

export class Bytes {
  #buffer = Buffer.allocUnsafe(256)
  #length = 0

  #room(more: number) {
    if (this.#length + more <= this.#buffer.length) return
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + more))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }

  /** Negative numbers go as 64-bit two's complement, as int32 and int64 fields want them. */
  varint(value: number) {
    this.#room(10)
    if (value >= 0 && value <= 0x7fffffff) {
      let rest = value
      while (rest > 127) {
        this.#buffer[this.#length++] = (rest & 127) | 128
        rest >>>= 7
      }
      this.#buffer[this.#length++] = rest
      return
    }
    let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)))
    while (rest > 127n) {
      this.#buffer[this.#length++] = Number(rest & 127n) | 128
      rest >>= 7n
    }
    this.#buffer[this.#length++] = Number(rest)
  }

  tag(no: number, wireType: number) {
    this.varint((no << 3) | wireType)
  }

  sized(bytes: Uint8Array) {
    this.varint(bytes.length)
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  done(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }
}

export class Reader {
  readonly #buffer: Buffer
  at = 0

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get isAtEnd() {
    return this.at >= this.#buffer.length
  }

  varint(): number {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte()
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
    let big = BigInt(value)
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      big |= BigInt(byte & 127) << shift
      if (byte < 128) return Number(BigInt.asIntN(64, big))
    }
    throw new RangeError('number of more than ten bytes')
  }

  sized(): Buffer {
    const length = this.varint()
    const end = this.at + length
    if (length < 0 || end > this.#buffer.length) throw new RangeError('message ends early')
    const part = this.#buffer.subarray(this.at, end)
    this.at = end
    return part
  }

  skip(wireType: number) {
    if (wireType === wire.varint) this.varint()
    else if (wireType === wire.bytes) this.sized()
    else if (wireType === wire.fixed64) this.at += 8
    else if (wireType === wire.fixed32) this.at += 4
    else throw new RangeError(`unknown wire type ${wireType}`)
  }

  #byte(): number {
    const byte = this.#buffer[this.at++]
    if (byte === undefined) throw new RangeError('message ends early')
    return byte
  }
}

export const text = (no: number): Field<string, string> => ({
  no,
  write(out, value) {
    if (value === '') return
    out.tag(no, wire.bytes)
    out.sized(Buffer.from(value))
  },
  read: (input) => input.sized().toString('utf8'),
  empty: () => '',
})

export const bytes = (no: number): Field<Uint8Array, Uint8Array> => ({
  no,
  write(out, value) {
    if (value.length === 0) return
    out.tag(no, wire.bytes)
    out.sized(value)
  },
  read: (input) => input.sized(),
  empty: () => new Uint8Array(),
})

/** Any of int32, int64, uint32, uint64 and enums: they look the same on the wire. */
export const int = (no: number): Field<number, number> => ({
  no,
  write(out, value) {
    if (value === 0) return
    out.tag(no, wire.varint)
    out.varint(value)
  },
  read: (input) => input.varint(),
  empty: () => 0,
})

export const bool = (no: number): Field<boolean, boolean> => ({
  no,
  write(out, value) {
    if (!value) return
    out.tag(no, wire.varint)
    out.varint(1)
  },
  read: (input) => input.varint() !== 0,
  empty: () => false,
})

export const sub = <S extends Shape>(
  no: number,
  message: Message<S>,
): Field<GivenOf<S> | undefined, ReadOf<S> | undefined> => ({
  no,
  write(out, value) {
    if (!value) return
    out.tag(no, wire.bytes)
    out.sized(message.encode(value))
  },
  read: (input) => message.decode(input.sized()),
  empty: () => undefined,
})

export const texts = (no: number): Field<readonly string[], string[]> => ({
  no,
  write(out, values) {
    for (const value of values) {
      out.tag(no, wire.bytes)
      out.sized(Buffer.from(value))
    }
  },
  read: (input, _wireType, before) => [...before, input.sized().toString('utf8')],
  empty: () => [],
})

/** Repeated numbers, packed as proto3 wants; unpacked ones are read too. */
export const ints = (no: number): Field<readonly number[], number[]> => ({
  no,
  write(out, values) {
    if (values.length === 0) return
    const packed = new Bytes()
    for (const value of values) packed.varint(value)
    out.tag(no, wire.bytes)
    out.sized(packed.done())
  },
  read(input, wireType, before) {
    if (wireType === wire.varint) return [...before, input.varint()]
    const packed = new Reader(input.sized())
    const values = [...before]
    while (!packed.isAtEnd) values.push(packed.varint())
    return values
  },
  empty: () => [],
})

export const list = <S extends Shape>(no: number, message: Message<S>): Field<readonly GivenOf<S>[], ReadOf<S>[]> => ({
  no,
  write(out, values) {
    for (const value of values) {
      out.tag(no, wire.bytes)
      out.sized(message.encode(value))
    }
  },
  read(input, _wireType, before) {
    before.push(message.decode(input.sized()))
    return before
  },
  empty: () => [],
})

/** `map<string, string>`: entries with the key as field 1 and the value as field 2. */
export const map = (no: number): Field<Readonly<Record<string, string>>, Record<string, string>> => ({
  no,
  write(out, values) {
    for (const [key, value] of Object.entries(values)) {
      out.tag(no, wire.bytes)
      out.sized(entry.encode({ key, value }))
    }
  },
  read(input, _wireType, before) {
    const { key, value } = entry.decode(input.sized())
    before[key] = value
    return before
  },
  empty: () => ({}),
})

export function message<S extends Shape>(shape: S): Message<S> {
  const named = Object.entries(shape)
  const byNumber = new Map(named.map(([name, field]) => [field.no, { name, field }]))
  if (byNumber.size !== named.length) throw new TypeError('two fields have the same number')
  return {
    shape,
    encode(value) {
      const out = new Bytes()
      for (const [name, field] of named) {
        const given = (value as Record<string, unknown>)[name]
        if (given !== undefined) field.write(out, given)
      }
      return out.done()
    },
    decode(source) {
      const input = new Reader(source)
      const result: Record<string, unknown> = {}
      for (const [name, field] of named) result[name] = field.empty()
      while (!input.isAtEnd) {
        const tag = input.varint()
        const known = byNumber.get(tag >>> 3)
        if (known) result[known.name] = known.field.read(input, tag & 7, result[known.name])
        else input.skip(tag & 7)
      }
      return result as ReadOf<S>
    },
  }
}

const entry = message({ key: text(1), value: text(2) })
