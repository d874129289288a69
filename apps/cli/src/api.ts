import type { Context } from './context.ts'

/** The platform refused; `detail` says what to do. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.name = 'Refused'
    this.status = status
  }
}

export interface Api {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
  put<T>(path: string, body: unknown): Promise<T>
  /** `type` is for the Kubernetes API, which asks for one of its own. */
  patch<T>(path: string, body: unknown, type?: string): Promise<T>
  /** Bytes as they come, of one media type. */
  upload<T>(path: string, body: ReadableStream<Uint8Array>, type: string): Promise<T>
  remove(path: string): Promise<void>
  /** Text as it comes. */
  stream(path: string, signal: AbortSignal): AsyncIterable<string>
  /** Server-sent events, data parsed as JSON. */
  events(path: string, signal: AbortSignal): AsyncIterable<{ event: string; data: unknown }>
}

/** The platform's HTTP API (docs/api.md). Throws `Refused`, also when nobody answers; `interrupted` ends every request. */
export function apiAt({ server, token }: Context, interrupted?: AbortSignal): Api {
  async function send(
    method: string,
    path: string,
    options: {
      body?: unknown
      type?: string
      upload?: { body: ReadableStream<Uint8Array>; type: string }
      accept?: string
      signal?: AbortSignal
    } = {},
  ) {
    const signal = options.signal ?? interrupted
    const response = await fetch(`${server}${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        accept: options.accept ?? 'application/json',
        ...(options.body !== undefined && { 'content-type': options.type ?? 'application/json' }),
        ...(options.upload && { 'content-type': options.upload.type }),
      },
      ...(options.upload && { body: options.upload.body, duplex: 'half' as const }),
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(signal && { signal }),
    }).catch((cause: Error) => {
      if (signal?.aborted) throw cause
      throw new Refused(0, `Nothing answers at ${server}: is Sampan running there? See: sampan status`)
    })
    if (!response.ok) throw new Refused(response.status, await detailOf(response))
    return response
  }
  const json = async <T>(method: string, path: string, body?: unknown, type?: string) => {
    const response = await send(method, path, { body, ...(type && { type }) })
    return (response.status === 204 ? undefined : await response.json()) as T
  }
  return {
    get: (path) => json('GET', path),
    post: (path, body = {}) => json('POST', path, body),
    put: (path, body) => json('PUT', path, body),
    patch: (path, body, type) => json('PATCH', path, body, type),
    upload: async (path, body, type) => (await send('POST', path, { upload: { body, type } })).json() as never,
    remove: async (path) => {
      await send('DELETE', path)
    },
    async *stream(path, signal) {
      const response = await send('GET', path, { accept: 'text/plain', signal })
      yield* whole(response.body!, signal)
    },
    async *events(path, signal) {
      const response = await send('GET', path, { accept: 'text/event-stream', signal })
      yield* eventsOf(whole(response.body!, signal))
    },
  }

  /** The text of an answer; one that breaks off is told as such. */
  async function* whole(body: NonNullable<Response['body']>, signal: AbortSignal): AsyncGenerator<string> {
    try {
      yield* body.pipeThrough(new TextDecoderStream())
    } catch (cause) {
      if (signal.aborted || !(cause instanceof TypeError)) throw cause
      throw new Refused(0, `The connection to ${server} broke off; what was begun goes on. See: sampan apps`)
    }
  }
}

async function detailOf(response: Response): Promise<string> {
  const body = await response.text()
  try {
    const { detail, message, title } = JSON.parse(body) as { detail?: string; message?: string; title?: string }
    return detail ?? message ?? title ?? `the server answered ${response.status}`
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return `the server answered ${response.status} ${response.statusText}`
  }
}

/** Parses the event-stream format (HTML standard, "server-sent events"): fields by line, a blank line ends an event. */
export async function* eventsOf(chunks: AsyncIterable<string>): AsyncGenerator<{ event: string; data: unknown }> {
  let rest = ''
  let event = 'message'
  let data: string[] = []
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/\r?\n/)
    rest = lines.pop()!
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event, data: JSON.parse(data.join('\n')) as unknown }
        event = 'message'
        data = []
      } else if (line.startsWith('event:')) event = line.slice(6).trim()
      else if (line.startsWith('data:')) data.push(line.slice(5).trimStart())
    }
  }
}
