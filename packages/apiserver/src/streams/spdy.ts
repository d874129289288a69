import { Duplex } from 'node:stream'

/**
 * The client's half of SPDY/3.1, as far as container runtimes' streaming servers use it: streams, data and their ends.
 * They know no flow control, so windows are neither kept nor announced; what TCP holds back is back-pressure enough.
 */
export interface SpdySession {
  /** Opens a stream; header names are lower case. Bytes written go out at once, `end()` closes our half. */
  open(headers: Record<string, string>): Duplex
  /** Ends the session and every stream in it. */
  destroy(error?: Error): void
}

const type = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const
const fin = 1
const maxData = 0xffffff

/** A zlib stream's beginning with the id of SPDY/3's dictionary, which both sides know. */
const zlibStart = Buffer.from('78bbe3c6a7c2', 'hex')
const syncFlush = Buffer.from('000000ffff', 'hex')

/** Takes over a connection after its 101; `head` is what came behind that. */
export function spdySession(socket: Duplex, head: Buffer): SpdySession {
  const streams = new Map<number, Duplex>()
  let nextId = 1
  let rest: Buffer = Buffer.alloc(0)
  let isFirstHeader = true
  const full = new Set<Duplex>()
  const ended = new WeakSet<Duplex>()

  /**
   * Header blocks share one zlib stream per direction. Ours is made of stored blocks: valid for every inflater, without
   * keeping a compressor for the few short headers of a session.
   */
  function headerBlock(headers: Record<string, string>): Buffer {
    const entries = Object.entries(headers)
    const plain = Buffer.concat([
      uint32(entries.length),
      ...entries.flat().flatMap((text) => [uint32(Buffer.byteLength(text)), Buffer.from(text)]),
    ])
    const length = Buffer.alloc(5)
    length.writeUInt16LE(plain.length, 1)
    length.writeUInt16LE(~plain.length & 0xffff, 3)
    const start = isFirstHeader ? zlibStart : Buffer.alloc(0)
    isFirstHeader = false
    return Buffer.concat([start, length, plain, syncFlush])
  }

  function open(headers: Record<string, string>): Duplex {
    const id = nextId
    nextId += 2
    const stream = new Duplex({
      read() {
        full.delete(stream)
        if (full.size === 0) socket.resume()
      },
      write(chunk: Buffer, _, done) {
        if (socket.destroyed) return done()
        for (let from = 0; from < chunk.length; from += maxData) {
          const piece = chunk.subarray(from, from + maxData)
          socket.write(dataHeader(id, 0, piece.length))
          socket.write(piece)
        }
        afterDrain(done)
      },
      final(done) {
        if (!socket.destroyed) socket.write(dataHeader(id, fin, 0))
        done()
      },
    })
    streams.set(id, stream)
    stream.once('close', () => {
      streams.delete(id)
      full.delete(stream)
      if (full.size === 0) socket.resume()
    })
    const block = headerBlock(headers)
    socket.write(controlFrame(type.synStream, Buffer.concat([uint32(id), uint32(0), Buffer.alloc(2), block])))
    return stream
  }

  const afterDrain = (done: () => void) => {
    if (!socket.writableNeedDrain) return done()
    const goOn = () => {
      socket.off('drain', goOn).off('close', goOn)
      done()
    }
    socket.once('drain', goOn).once('close', goOn)
  }

  function receive(chunk: Buffer) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 8) {
      const length = rest.readUIntBE(5, 3)
      if (rest.length < 8 + length) return
      const frame = rest.subarray(0, 8 + length)
      rest = rest.subarray(8 + length)
      if (frame[0]! & 0x80) control(frame)
      else data(frame)
    }
  }

  function data(frame: Buffer) {
    const stream = streams.get(frame.readUInt32BE(0))
    if (!stream) return
    const bytes = frame.subarray(8)
    if (bytes.length > 0 && !stream.push(bytes)) {
      full.add(stream)
      socket.pause()
    }
    if (frame[4]! & fin) end(stream)
  }

  /** No more comes from the other side. What has come is still to be read: a status is often the last thing before a reset. */
  function end(stream: Duplex | undefined) {
    if (!stream || ended.has(stream)) return
    ended.add(stream)
    stream.push(null)
  }

  function control(frame: Buffer) {
    switch (frame.readUInt16BE(2)) {
      case type.synReply:
        if (frame[4]! & fin) end(streams.get(frame.readUInt32BE(8)))
        return
      case type.rstStream:
        end(streams.get(frame.readUInt32BE(8)))
        return
      case type.ping:
        // An even id is the server's: it wants the same back.
        if (frame.readUInt32BE(8) % 2 === 0) socket.write(frame)
    }
  }

  function destroy(error?: Error) {
    socket.destroy(error)
  }

  socket.on('data', receive)
  socket.on('error', () => socket.destroy()) // 'close' follows and ends the streams
  const over = () => {
    for (const stream of streams.values()) end(stream)
  }
  socket.once('end', over)
  socket.once('close', over)
  if (head.length > 0) receive(head)
  return { open, destroy }
}

function controlFrame(kind: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt16BE(0x8003, 0)
  head.writeUInt16BE(kind, 2)
  head.writeUIntBE(payload.length, 5, 3)
  return Buffer.concat([head, payload])
}

function dataHeader(id: number, flags: number, length: number): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(id, 0)
  head[4] = flags
  head.writeUIntBE(length, 5, 3)
  return head
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
