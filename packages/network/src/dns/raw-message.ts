/** Just enough of the DNS wire format (RFC 1035, 4.1) to pass messages on unchanged: ids, flags, and lifetimes. */

export interface Question {
  /** Lower-case name, type and class: what makes two questions the same. */
  key: string
  /** Where the question ends. */
  end: number
}

export const idOf = (message: Buffer) => message.readUInt16BE(0)
export const isResponse = (message: Buffer) => (message[2]! & 0x80) !== 0
export const isTruncated = (message: Buffer) => (message[2]! & 0x02) !== 0
export const rcodeOf = (message: Buffer) => message[3]! & 0x0f

/** A copy with another id. */
export function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message)
  copy.writeUInt16BE(id, 0)
  return copy
}

/** The first question; undefined when the message has none or is broken. */
export function questionOf(message: Buffer): Question | undefined {
  if (message.length < 12 || message.readUInt16BE(4) !== 1) return undefined
  const end = nameEnd(message, 12)
  if (end === undefined || end + 4 > message.length) return undefined
  return {
    key: message
      .subarray(12, end + 4)
      .toString('latin1')
      .toLowerCase(),
    end: end + 4,
  }
}

/** The name of the first question, lower-case; empty for the root and for a broken message. */
export function nameOf(message: Buffer): string {
  const labels: string[] = []
  for (let at = 12; at < message.length; ) {
    const length = message[at]!
    if (length === 0 || length > 63) break
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return labels.join('.').toLowerCase()
}

/** Where each record's TTL is, and the smallest; OPT has none. undefined for a broken message. */
export function lifetimes(message: Buffer): { offsets: number[]; seconds: number } | undefined {
  const question = questionOf(message)
  if (!question) return undefined
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10)
  const offsets: number[] = []
  let seconds = Number.POSITIVE_INFINITY
  let at = question.end
  for (let i = 0; i < records; i++) {
    const end = nameEnd(message, at)
    if (end === undefined || end + 10 > message.length) return undefined
    const isOpt = message.readUInt16BE(end) === 41
    if (!isOpt) {
      offsets.push(end + 4)
      seconds = Math.min(seconds, message.readUInt32BE(end + 4))
    }
    at = end + 10 + message.readUInt16BE(end + 8)
  }
  return at > message.length ? undefined : { offsets, seconds }
}

/**
 * The same message with records of the asked name pointing to it (RFC 1035, 4.1.4) in place of spelling it again: two to
 * three times as many fit. The message must have no pointers yet, as those that dns-packet writes.
 */
export function compressed(message: Buffer): Buffer {
  const question = questionOf(message)
  const nameLength = question ? question.end - 4 - 12 : 0
  if (!question || nameLength < 3) return message
  const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10)
  const asked = message.toString('latin1', 12, 12 + nameLength).toLowerCase()
  const pieces = [message.subarray(0, question.end)]
  let at = question.end
  for (let i = 0; i < records; i++) {
    const end = nameEnd(message, at)
    if (end === undefined || end + 10 > message.length) return message
    const next = end + 10 + message.readUInt16BE(end + 8)
    const isSame = end - at === nameLength && message.toString('latin1', at, end).toLowerCase() === asked
    pieces.push(...(isSame ? [pointer, message.subarray(end, next)] : [message.subarray(at, next)]))
    at = next
  }
  return Buffer.concat(pieces)
}

const pointer = Buffer.from([0xc0, 12])

function nameEnd(message: Buffer, from: number): number | undefined {
  let at = from
  while (at < message.length) {
    const length = message[at]!
    if (length === 0) return at + 1
    if ((length & 0xc0) === 0xc0) return at + 2
    if (length > 63) return undefined
    at += length + 1
  }
  return undefined
}
