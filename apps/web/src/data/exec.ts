/** A process in a container, over the channel protocol of the Kubernetes API (`v5.channel.k8s.io`, `v4`). */
export interface Process {
  namespace: string
  pod: string
  container: string
  /** Without one: attaches to the process that is there. */
  command?: readonly string[]
  /** What the process has that is attached to: an attachment cannot have more. Default: both. */
  tty?: boolean
  stdin?: boolean
}

/** How a session ended. */
export type End =
  | { kind: 'exit'; code: number }
  /** The connection broke, or could not be made: the server's word about it does not reach a browser. */
  | { kind: 'lost' }
  | { kind: 'noShell' }
  | { kind: 'refused'; message: string }

export interface Session {
  send(text: string): void
  resize(columns: number, rows: number): void
  close(): void
}

/** The part of a WebSocket that is used: tests bring their own. */
export interface ExecSocket {
  readyState: number
  binaryType: string
  send(data: Uint8Array<ArrayBuffer>): void
  close(): void
  onopen: (() => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: (() => void) | null
}

export interface SessionOptions {
  connect: (url: string, protocols: string[]) => ExecSocket
  onOpen: () => void
  onOutput: (bytes: Uint8Array) => void
  /** Once, whatever happens; not after `close`. */
  onEnd: (end: End) => void
}

const channel = { input: 0, output: 1, errors: 2, status: 3, resize: 4 } as const
const isOpen = 1

export const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

/** bash where there is one, else sh, with the colours people expect. */
export const shell = [
  'sh',
  '-c',
  'TERM=xterm-256color; export TERM; if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi',
] as const

export function processPath({ namespace, pod, container, command, tty = true, stdin = true }: Process): string {
  const query = new URLSearchParams({ container, stdin: String(stdin), stdout: 'true', tty: String(tty) })
  if (!tty) query.set('stderr', 'true') // a terminal has it among its output
  for (const word of command ?? []) query.append('command', word)
  const path = `/kube/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}`
  return `${path}/${command ? 'exec' : 'attach'}?${query}`
}

export function openSession(process: Process, { connect, onOpen, onOutput, onEnd }: SessionOptions): Session {
  const socket = connect(processPath(process), protocols)
  socket.binaryType = 'arraybuffer'
  let end: End | undefined
  let isClosed = false
  let size: [number, number] | undefined
  const text = new TextEncoder()

  function put(to: number, bytes: Uint8Array) {
    if (socket.readyState !== isOpen) return
    const message = new Uint8Array(bytes.length + 1)
    message[0] = to
    message.set(bytes, 1)
    socket.send(message)
  }
  const putSize = () => {
    if (size) put(channel.resize, text.encode(JSON.stringify({ Width: size[0], Height: size[1] })))
  }

  socket.onopen = () => {
    putSize()
    onOpen()
  }
  socket.onmessage = ({ data }) => {
    const bytes = new Uint8Array(data as ArrayBuffer)
    if (bytes.length < 2) return // channels announce themselves with nothing in them
    const content = bytes.subarray(1)
    if (bytes[0] === channel.output || bytes[0] === channel.errors) onOutput(content)
    else if (bytes[0] === channel.status) end = endFrom(new TextDecoder().decode(content))
  }
  socket.onclose = () => {
    if (!isClosed) onEnd(end ?? { kind: 'lost' })
  }
  return {
    send: (typed) => put(channel.input, text.encode(typed)),
    resize(columns, rows) {
      size = [columns, rows]
      putSize()
    },
    close() {
      isClosed = true
      socket.close()
    },
  }
}

interface Status {
  status?: string
  message?: string
  reason?: string
  details?: { causes?: { reason?: string; message?: string }[] }
}

/** What the last word of the server on the status channel means. */
export function endFrom(text: string): End {
  let status: Status
  try {
    status = JSON.parse(text) as Status
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { kind: 'refused', message: text }
  }
  if (status.status === 'Success') return { kind: 'exit', code: 0 }
  const message = status.message ?? ''
  if (/executable file not found|no such file or directory/i.test(message)) return { kind: 'noShell' }
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message
  if (status.reason === 'NonZeroExitCode' && code) return { kind: 'exit', code: Number(code) }
  return { kind: 'refused', message }
}
