const block = 512
const text = new TextEncoder()

/** A tar archive (ustar) of small text files: enough to send what was made in the browser. Names are at most 100 bytes. */
export function tarOf(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const parts = Object.entries(files).flatMap(([name, content]) => {
    const body = text.encode(content)
    const padded = new Uint8Array(Math.ceil(body.length / block) * block)
    padded.set(body)
    return [header(name, body.length), padded]
  })
  parts.push(new Uint8Array(2 * block))
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function header(name: string, size: number): Uint8Array {
  const bytes = new Uint8Array(block)
  const put = (at: number, value: string) => bytes.set(text.encode(value), at)
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0')
  put(0, name)
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, `${octal(size, 11)}\0`)
  put(136, `${octal(0, 11)}\0`)
  put(148, '        ')
  put(156, '0')
  put(257, 'ustar\u000000')
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  put(148, `${octal(sum, 6)}\0 `)
  return bytes
}
