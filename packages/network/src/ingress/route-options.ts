/** What `options.lua` reads, per Ingress. All members are optional; `plain` says that there is none. */
export interface RouteOptions {
  plain?: true
  /** Send people to https first. */
  https?: true
  redirect?: { to: string; code: number }
  /** Where `/` leads. */
  root?: string
  rewrite?: string
  allow?: string[]
  deny?: string[]
  /** Requests per second and how many may come at once. */
  limit?: { rate: number; burst: number }
  /** How many requests of one client may be under way at once. */
  connections?: number
  /** Addresses that no limit is for. */
  unlimited?: string[]
  /** Another name of the same site: people are sent there. */
  www?: string
  /** Headers of every answer, as `Name: value` lines. */
  answer?: string
  /** Service key for when nothing of the route's own Service is ready. */
  fallback?: string
  /** Largest body, in bytes. */
  body?: number
  /** Connect, send, read; seconds. */
  timeouts?: [number, number, number]
  /** Endpoints tried at most. */
  tries?: number
  /** The location that passes the request on, when it is not the usual one. */
  profile?: string
  /** Host header for the app. */
  host?: string
  prefix?: string
  affinity?: { cookie: string; attributes: string }
  /** Text with `$variables` that decides the endpoint. */
  hash?: string
  cors?: {
    origins?: string[]
    patterns?: Record<string, string>
    credentials: boolean
    methods: string
    headers: string
    expose?: string
    age: string
  }
  auth?: { realm: string; file: string }
  ask?: { url: string; method?: string; signin?: string; headers?: string[] }
}

export interface Canary {
  header?: string
  value?: string
  pattern?: string
  cookie?: string
  weight?: number
  total?: number
}

/** What the annotations of one Ingress come to. */
export interface Wishes {
  options: RouteOptions
  usesRegex: boolean
  canary?: Canary
  /** More host names for all its rules. */
  aliases: string[]
  /** `namespace/name` of the Secret with the user list, and how it is written. */
  users?: { secret: string; form: 'auth-file' | 'auth-map' }
  /** `namespace/name` of the ConfigMap with headers for answers. */
  headers?: string
  /** Name of the Service that answers when the usual one cannot. */
  fallback?: string
  /** `example.com` answers for `www.example.com`, or the other way round. */
  redirectsWww: boolean
  /** Send requests to the ClusterIP instead of the endpoints. */
  usesClusterIP: boolean
  /** `false`: no redirect although there is TLS. */
  redirectsToHttps: boolean | 'always'
  /** What was left out, in words for the user. */
  problems: string[]
}
