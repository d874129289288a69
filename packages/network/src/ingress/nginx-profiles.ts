/** Ways to pass a request on that nginx cannot choose by a variable: `name` → a location of its own. */
export interface Profile {
  name: string
  protocol: 'http' | 'https' | 'grpc' | 'grpcs'
  buffersAnswer: boolean
  buffersRequest: boolean
  hasLargeHeads: boolean
}

/** Bytes that the head of an answer may have: usually, and where an Ingress asks for more. */
export const usualHead = 16 * 1024
export const largeHead = 128 * 1024

export const profiles: readonly Profile[] = (['http', 'https', 'grpc', 'grpcs'] as const).flatMap((protocol) =>
  [false, true].flatMap((buffersAnswer) =>
    [true, false].flatMap((buffersRequest) =>
      [false, true].map((hasLargeHeads) => {
        const one = { protocol, buffersAnswer, buffersRequest, hasLargeHeads }
        return { name: profileName(one), ...one }
      }),
    ),
  ),
)

/** The location that passes requests on in this way; `http` is the one without anything special. */
export function profileName({ protocol, buffersAnswer, buffersRequest, hasLargeHeads }: Omit<Profile, 'name'>): string {
  return `${protocol}${buffersAnswer ? '_answers' : ''}${buffersRequest ? '' : '_unread'}${hasLargeHeads ? '_heads' : ''}`
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
export function passed({ protocol, buffersAnswer, buffersRequest, hasLargeHeads }: Profile): string {
  const size = `${largeHead / 1024}k`
  const lines = protocol.startsWith('grpc')
    ? [...(hasLargeHeads ? [`grpc_buffer_size ${size}`] : []), `grpc_pass ${protocol}://kept`]
    : [
        ...(hasLargeHeads
          ? [
              `proxy_buffer_size ${size}`,
              `proxy_buffers 4 ${size}`,
              `proxy_busy_buffers_size ${(2 * largeHead) / 1024}k`,
            ]
          : []),
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

/** Names of what a request on its way through `errors` carries along: variable → header. */
const carried = {
  service: 'Service',
  affinity: 'Affinity',
  timeouts: 'Timeouts',
  tries: 'Tries',
  inner: 'Profile',
  codes: 'Codes',
}

/**
 * Routes whose errors somebody else answers (`custom-http-errors`) go through nginx twice: inside, an answer with one of the
 * codes gets a status of its own, and that is what `errors` looks for. nginx can look for fixed codes only.
 */
export const errorsLocation = (more: string): string => `
    location @errors {
${more}
${headers('proxy', 'special')}
${Object.entries(carried)
  .map(([variable, header]) => `      proxy_set_header X-Sampan-${header} $${variable};`)
  .join('\n')}
      proxy_send_timeout 1d;
      proxy_read_timeout 1d;
      proxy_next_upstream off;
      proxy_buffering off;
      proxy_intercept_errors on;
      error_page 590 = @replaced;
      proxy_pass http://inside;
    }

    location @replaced {
      rewrite_by_lua_block { router.replaced() }
${more}
      proxy_pass http://$pool;
    }`

export const insideServer = `
  # The second half of @errors: what it was told outside comes in headers.
  server {
    listen unix:@RUN@/ingress-inside.sock;
    client_max_body_size 0;
    header_filter_by_lua_block { options.mark() }
    proxy_set_header Host $http_host;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_wish;
${Object.values(carried)
  .map((header) => `    proxy_set_header X-Sampan-${header} '';`)
  .join('\n')}
    error_page 502 503 504 @failed;
    location @failed {
      content_by_lua_block { answers.failed() }
    }
    location / {
${Object.entries(carried)
  .map(([variable, header]) => `      set $${variable} $http_x_sampan_${header.toLowerCase()};`)
  .join('\n')}
      rewrite_by_lua_block { router.inside() }
    }
${profiles
  .filter(({ protocol }) => !protocol.startsWith('grpc'))
  .map((one) => location(one, ''))
  .join('\n')}
  }`
