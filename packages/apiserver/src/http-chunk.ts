const framed = new WeakMap<Uint8Array, Buffer>()
const end = Buffer.from('\r\n')

/** `pieces` as one chunk of a chunked body (RFC 9112, 7.1). A piece that goes out alone is framed once for all who get it. */
export function chunkOf(pieces: readonly Uint8Array[]): Buffer {
  if (pieces.length !== 1) return frame(pieces)
  const piece = pieces[0]!
  let chunk = framed.get(piece)
  if (!chunk) {
    chunk = frame(pieces)
    framed.set(piece, chunk)
  }
  return chunk
}

/** No bytes at all would be the end of the body: nothing is sent for them. */
function frame(pieces: readonly Uint8Array[]): Buffer {
  let length = 0
  for (const piece of pieces) length += piece.length
  return length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from(`${length.toString(16)}\r\n`), ...pieces, end])
}
