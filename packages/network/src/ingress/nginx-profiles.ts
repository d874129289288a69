/** Ways to pass a request on that nginx cannot choose by a variable: `name` → a location of its own. */
export interface Profile {
  name: string
  protocol: 'http' | 'https' | 'grpc' | 'grpcs'
  buffersAnswer: boolean
  buffersRequest: boolean
}

export const profiles: readonly Profile[] = (['http', 'https', 'grpc', 'grpcs'] as const).flatMap((protocol) =>
  [false, true].flatMap((buffersAnswer) =>
    [true, false].map((buffersRequest) => ({
      name: profileName({ protocol, buffersAnswer, buffersRequest }),
      protocol,
      buffersAnswer,
      buffersRequest,
    })),
  ),
)

/** The location that passes requests on in this way; `http` is the one without anything special. */
export function profileName({ protocol, buffersAnswer, buffersRequest }: Omit<Profile, 'name'>): string {
  return `${protocol}${buffersAnswer ? '_answers' : ''}${buffersRequest ? '' : '_unread'}`
}

/** What an app learns of the request, besides the request itself. Plain ones keep their connection and change nothing. */
export function headers(module: 'proxy' | 'grpc', kind: 'plain' | 'special' | 'grpc'): string {
  const connection: [string, string][] =
    kind === 'special'
      ? [
          ['Upgrade', '$http_upgrade'],
          ['Connection', '$connection_wish'],
        ]
      : kind === 'plain'
        ? [['Connection', "''"]]
        : []
  const all: [string, string][] = [
    ['Host', kind === 'plain' ? '$http_host' : '$forward_host'],
    ...connection,
    ['X-Request-ID', '$request_name'],
    ['X-Real-IP', '$remote_addr'],
    ['X-Forwarded-For', '$remote_addr'],
    ['X-Forwarded-Host', '$http_host'],
    ['X-Forwarded-Port', '$server_port'],
    ['X-Forwarded-Proto', '$scheme'],
    ['X-Forwarded-Scheme', '$scheme'],
    ['X-Scheme', '$scheme'],
    ['Proxy', "''"],
  ]
  return all
    .map(([name, value]) => `  ${kind === 'plain' ? '    ' : ''}${module}_set_header ${name} ${value};`)
    .join('\n')
}

/** How one profile passes a request on. */
export function passed({ protocol, buffersAnswer, buffersRequest }: Profile): string {
  const lines = protocol.startsWith('grpc')
    ? [`grpc_pass ${protocol}://kept`]
    : [
        `proxy_buffering ${buffersAnswer ? 'on' : 'off'}`,
        `proxy_request_buffering ${buffersRequest ? 'on' : 'off'}`,
        `proxy_pass ${protocol}://${protocol === 'https' ? 'fresh' : '$pool'}`,
      ]
  return lines.map((line) => `      ${line};`).join('\n')
}

/** The location of one profile; `more` are directives that all have. */
export const location = (profile: Profile, more: string): string => `
    location @${profile.name} {
      rewrite_by_lua_block { router.resume() }
${more}
${passed(profile)}
    }`
