import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
} from 'dns-packet'
import type { Forwarder } from './forward.ts'
import { compressed } from './raw-message.ts'
import type { View } from './view.ts'
import { type Reply, replyFrom, soa, type ZoneConfig } from './zone.ts'

export interface Answering {
  view: View
  config: ZoneConfig
  forwarder: Forwarder
  /** Puts several addresses into another order each time, so that clients spread. */
  shuffle?: <T>(all: readonly T[]) => T[]
}

const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 } as const
const truncated = 1 << 9
/** A chain of aliases longer than this is a circle. */
const aliasesAtMost = 8

/**
 * The answer to one message, at most `limit` bytes long (cut off and marked so when it does not fit). undefined for what
 * deserves none: noise, and answers sent to us.
 */
export async function answerTo(message: Buffer, limit: number, answering: Answering): Promise<Buffer | undefined> {
  if (message.length < 12 || (message[2]! & 0x80) !== 0) return undefined
  let query: Packet
  try {
    query = decode(message)
  } catch {
    return failure(message, rcodes.FORMERR) // whatever dns-packet cannot read
  }
  const question = query.questions?.[0]
  if ((message[2]! & 0x78) !== 0) return failure(message, rcodes.NOTIMP)
  if (!question || query.questions!.length !== 1) return failure(message, rcodes.FORMERR)
  const reply = replyFrom(question.name, question.type, answering.view, answering.config)
  if (!reply) {
    const forwarded = await answering.forwarder.resolve(message)
    return fit(forwarded ?? failure(message, rcodes.SERVFAIL), limit)
  }
  const whole = await followed(reply, question.type, answering)
  return fit(encoded(query, whole, answering), limit)
}

/** Resolves what an alias points to, here or elsewhere, into the same answer. */
async function followed(reply: Reply, type: string, answering: Answering): Promise<Reply> {
  let { alias } = reply
  const answers = [...reply.answers]
  const seen = new Set<string>()
  for (let hops = 0; alias && type !== 'CNAME' && hops < aliasesAtMost; hops++) {
    const name = alias.toLowerCase()
    if (seen.has(name)) break // a circle
    seen.add(name)
    const own = replyFrom(alias, type, answering.view, answering.config)
    if (own) {
      answers.push(...own.answers)
      alias = own.alias
      continue
    }
    const query = encode({
      type: 'query',
      id: 0,
      flags: RECURSION_DESIRED,
      questions: [{ type: type as 'A', name: alias }],
    })
    const elsewhere = await answering.forwarder.resolve(query)
    if (elsewhere) answers.push(...(decode(elsewhere).answers ?? []))
    alias = undefined
  }
  return { ...reply, answers }
}

function encoded(query: Packet, reply: Reply, { shuffle = shuffled }: Answering): Buffer {
  const [first] = reply.answers
  const answers: Answer[] = first?.type === 'A' || first?.type === 'SRV' ? shuffle(reply.answers) : reply.answers
  const edns = query.additionals?.some(({ type }) => type === 'OPT')
  const additionals: Answer[] = [
    ...reply.additionals,
    ...(edns ? [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as unknown as Answer] : []),
  ]
  const message = encode({
    type: 'response',
    id: query.id,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | ((query.flags ?? 0) & RECURSION_DESIRED) | rcodes[reply.code],
    questions: query.questions,
    answers,
    authorities: answers.length === 0 ? [soa(reply.zone)] : [],
    additionals,
  })
  return answers.length > 1 ? compressed(message) : message
}

/** A bare refusal that needs nothing of the question understood. */
function failure(message: Buffer, code: number): Buffer {
  const header = Buffer.alloc(12)
  message.copy(header, 0, 0, 4)
  header[2] = 0x80 | (message[2]! & 0x79)
  header[3] = 0x80 | code
  return header
}

/**
 * An answer that is too long has as many records as fit and says that there are more: clients that know it ask again over
 * TCP, and those that do not (older musl) live with what they got.
 */
function fit(answer: Buffer, limit: number): Buffer {
  if (answer.length <= limit) return answer
  const { id, flags, questions, answers = [], additionals } = decode(answer)
  const edns = additionals?.filter(({ type }) => type === 'OPT') ?? []
  const cut = (count: number) =>
    compressed(
      encode({
        type: 'response',
        id,
        flags: (flags ?? 0) | truncated,
        questions,
        answers: answers.slice(0, count),
        additionals: edns,
      }),
    )
  let [fits, most] = [0, answers.length]
  while (fits < most) {
    const middle = Math.ceil((fits + most) / 2)
    if (cut(middle).length <= limit) fits = middle
    else most = middle - 1
  }
  return cut(fits)
}

/** How long an answer over UDP may be: as the client says (EDNS), at least 512 and never more than a safe 1232. */
export function udpLimit(message: Buffer): number {
  try {
    const opt = decode(message).additionals?.find(({ type }) => type === 'OPT') as
      | { udpPayloadSize?: number }
      | undefined
    return Math.min(1232, Math.max(512, opt?.udpPayloadSize ?? 512))
  } catch {
    return 512 // unreadable: answered with an error of 12 bytes
  }
}

function shuffled<T>(all: readonly T[]): T[] {
  const left = [...all]
  for (let i = left.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[left[i], left[j]] = [left[j]!, left[i]!]
  }
  return left
}
