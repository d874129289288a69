import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import type { Clock } from '@sampan/kit/clock'
import { idOf, isResponse, isTruncated, lifetimes, nameOf, questionOf, rcodeOf, withId } from './raw-message.ts'

export interface Upstream {
  address: string
  port: number
}

export interface Forwarder {
  /**
   * The answer of the first upstream that gives one, with the id of `query`; from memory while it lives. undefined when
   * none answers in time.
   */
  resolve(query: Buffer): Promise<Buffer | undefined>
}

export interface ForwarderOptions {
  /** Who is asked for a name (lower-case, no dot at its end). Asked each time: the host's resolvers may change. */
  upstreams: (name: string) => readonly Upstream[]
  clock: Clock
  /** For one upstream; default 2000. */
  timeoutMs?: number
  /** Answers remembered; default 4096. */
  capacity?: number
}

interface Kept {
  message: Buffer
  offsets: number[]
  at: number
  until: number
}

/** Seconds an answer is kept at most; one that names nothing is kept shorter. */
const longest = 300
const longestNegative = 30

/** Passes questions on to the host's resolvers: UDP first, TCP when an answer is cut off. Equal questions travel once. */
export function forwarder({ upstreams, clock, timeoutMs = 2000, capacity = 4096 }: ForwarderOptions): Forwarder {
  const kept = new Map<string, Kept>()
  const asking = new Map<string, Promise<Buffer | undefined>>()

  function remembered(key: string): Buffer | undefined {
    const one = kept.get(key)
    if (!one) return undefined
    const now = clock.now().getTime()
    if (now >= one.until) {
      kept.delete(key)
      return undefined
    }
    kept.delete(key) // to the end: the least recently used is first
    kept.set(key, one)
    const message = Buffer.from(one.message)
    const age = Math.floor((now - one.at) / 1000)
    for (const offset of one.offsets) message.writeUInt32BE(Math.max(0, one.message.readUInt32BE(offset) - age), offset)
    return message
  }

  function remember(key: string, message: Buffer) {
    const code = rcodeOf(message)
    if (code !== 0 && code !== 3) return
    const lives = lifetimes(message)
    if (!lives || !Number.isFinite(lives.seconds)) return
    const isNegative = code === 3 || message.readUInt16BE(6) === 0
    const seconds = Math.min(lives.seconds, isNegative ? longestNegative : longest)
    if (seconds <= 0) return
    const at = clock.now().getTime()
    kept.set(key, { message, offsets: lives.offsets, at, until: at + seconds * 1000 })
    if (kept.size > capacity) kept.delete(kept.keys().next().value!)
  }

  async function ask(key: string, query: Buffer): Promise<Buffer | undefined> {
    let refusal: Buffer | undefined
    for (const upstream of upstreams(nameOf(query))) {
      const answer = await one(upstream, query, timeoutMs)
      if (!answer) continue
      const code = rcodeOf(answer)
      if (code === 0 || code === 3) {
        remember(key, answer)
        return answer
      }
      refusal ??= answer
    }
    return refusal
  }

  return {
    async resolve(query) {
      const question = questionOf(query)
      if (!question) return undefined
      // What follows the question (EDNS: size, DNSSEC wishes) shapes the answer too.
      const key = `${question.key}|${query.subarray(question.end).toString('latin1')}|${query[2]! & 0x79}${query[3]! & 0x30}`
      const known = remembered(key)
      if (known) return withId(known, idOf(query))
      let asked = asking.get(key)
      if (!asked) {
        asked = ask(key, query).finally(() => asking.delete(key))
        asking.set(key, asked)
      }
      const answer = await asked
      return answer && withId(answer, idOf(query))
    },
  }
}

async function one(upstream: Upstream, query: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  const asked = withId(query, randomInt(65_536))
  const answer = await overUdp(upstream, asked, timeoutMs)
  if (!answer || !isTruncated(answer)) return answer
  return (await overTcp(upstream, asked, timeoutMs)) ?? answer
}

/** Only an answer to this very question counts: same id, same name, from the address that was asked. */
const answers = (query: Buffer, message: Buffer) =>
  message.length >= 12 &&
  isResponse(message) &&
  idOf(message) === idOf(query) &&
  questionOf(message)?.key === questionOf(query)?.key

/** The answer of one upstream; undefined when there is none in time. */
export function overUdp({ address, port }: Upstream, query: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const done = (answer?: Buffer) => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    const timer = setTimeout(() => done(), timeoutMs)
    socket.once('error', () => done()) // unreachable or refused: the next one is asked
    socket.on('message', (message) => answers(query, message) && done(message))
    // A connected socket takes datagrams from nobody else.
    socket.connect(port, address, () => socket.send(query))
  })
}

function overTcp({ address, port }: Upstream, query: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port })
    let received = Buffer.alloc(0)
    const done = (answer?: Buffer) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(timeoutMs, () => done())
    socket.once('error', () => done())
    socket.once('close', () => done())
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      const message = received.subarray(2, 2 + received.readUInt16BE(0))
      done(answers(query, message) ? message : undefined)
    })
    socket.write(framed(query))
  })
}

/** A message as TCP carries it: its length first. */
export function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}
