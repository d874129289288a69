const newline = 0x0a

/** Splits a stream of bytes into its lines, whatever the chunks; empty lines are left out. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let open: Uint8Array[] = []
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      open.push(chunk.subarray(from, at))
      const line = Buffer.concat(open).toString()
      open = []
      from = at + 1
      if (line) yield line
    }
    if (from < chunk.length) open.push(chunk.subarray(from))
  }
  const last = Buffer.concat(open).toString()
  if (last) yield last
}
