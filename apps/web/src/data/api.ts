/** The platform refused; `message` says what to do, `request` names the request for whoever helps. */
export class Refused extends Error {
  readonly status: number
  readonly request: string | undefined
  /** What is wrong field by field, when the Kubernetes API says so. */
  readonly causes: readonly Cause[]
  constructor(status: number, detail: string, request?: string, causes: readonly Cause[] = []) {
    super(detail)
    this.name = 'Refused'
    this.status = status
    this.request = request
    this.causes = causes
  }
}

export interface Cause {
  /** As `spec.containers[0].image`. */
  field?: string
  message?: string
  reason?: string
}

/** A request to the platform as the signed-in user (session cookie). Throws `Refused`. */
export async function api<T>(
  path: string,
  options: { method?: string; body?: unknown; type?: string; signal?: AbortSignal; accept?: string } = {},
): Promise<T> {
  const response = await request(path, { accept: 'application/json', ...options })
  return (response.status === 204 ? undefined : await response.json()) as T
}

export async function request(
  path: string,
  {
    method = 'GET',
    body,
    type = 'application/json',
    signal,
    accept,
  }: {
    method?: string
    /** Sent as JSON; a Blob (a file) as it is. */
    body?: unknown
    type?: string
    signal?: AbortSignal
    accept?: string
  },
): Promise<Response> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: { ...(accept && { accept }), ...(body !== undefined && { 'content-type': type }) },
    ...(body !== undefined && { body: body instanceof Blob ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  })
  if (!response.ok) throw await refusalFrom(response)
  return response
}

async function refusalFrom(response: Response): Promise<Refused> {
  const raw = await response.text()
  try {
    const { detail, message, instance, details } = JSON.parse(raw) as {
      detail?: string
      message?: string
      instance?: string
      details?: { causes?: Cause[] }
    }
    const request = instance ?? response.headers.get('x-request-id') ?? undefined
    return new Refused(response.status, detail ?? message ?? response.statusText, request, details?.causes)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return new Refused(response.status, `${response.status} ${response.statusText}`)
  }
}

/** Lines of a text that arrives in pieces; what follows the last line break comes at the end. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    yield* lines
  }
  if (rest !== '') yield rest
}

/** The body of a streamed answer as text. */
export async function* textOf(response: Response): AsyncGenerator<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value
  } finally {
    await reader.cancel()
  }
}
