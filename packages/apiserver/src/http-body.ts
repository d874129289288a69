import type { ServerResponse } from 'node:http'

/** Bodies up to so many bytes leave in one write with their header. */
const small = 32 << 10
const scratchBytes = 256 << 10
const kept = 8

/** Buffers that large bodies are put together in, used again and again: fresh ones would keep the garbage collector busy. */
const free: Buffer[] = []

/** Sends a whole body whose length is known. Resolves when the last of it has been handed to the socket, or nobody wants it any more. */
export async function sendBody(
  response: ServerResponse,
  status: number,
  headers: Record<string, string | string[] | number>,
  pieces: readonly Uint8Array[],
): Promise<void> {
  let length = 0
  for (const piece of pieces) length += piece.length
  headers['content-length'] = length
  response.writeHead(status, headers)
  if (length <= small) {
    response.end(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces))
    return
  }
  // On its own: a write of header and body together is copied first.
  response.flushHeaders()
  if (pieces.length === 1) {
    response.end(pieces[0])
    return
  }
  const scratch = free.pop() ?? Buffer.allocUnsafeSlow(scratchBytes)
  let filled = 0
  /** False when the other side has gone. */
  const flush = async () => {
    const isThere = await written(response, scratch.subarray(0, filled))
    filled = 0
    return isThere
  }
  for (const piece of pieces) {
    for (let from = 0; from < piece.length; ) {
      if (filled === scratchBytes && !(await flush())) return
      const rest = piece.length - from
      const room = scratchBytes - filled
      if (rest <= room) {
        if (rest === 1) scratch[filled] = piece[from]!
        else scratch.set(from === 0 ? piece : piece.subarray(from), filled)
        filled += rest
        break
      }
      scratch.set(piece.subarray(from, from + room), filled)
      filled += room
      from += room
    }
  }
  if (!(await flush())) return
  if (free.length < kept) free.push(scratch)
  response.end()
}

/** Whether `bytes` have left, so that they may be overwritten. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const onClose = () => resolve(false)
    if (response.destroyed) return resolve(false)
    response.once('close', onClose)
    response.write(bytes, (error) => {
      response.removeListener('close', onClose)
      resolve(!error)
    })
  })
}
