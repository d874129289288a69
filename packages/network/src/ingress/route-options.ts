/** What `options.lua` reads, per Ingress. All members are optional; `plain` says that there is none. */
export interface RouteOptions {
  plain?: true
  /** Send people to https first. */
  https?: true
  redirect?: { to: string; code: number }
  /** Where `/` leads. */
  root?: string
  rewrite?: string
  /** Something that guards this route cannot be used: nobody gets in. */
  shut?: true
  allow?: string[]
  deny?: string[]
  /** Requests per second and how many may come at once; each of them holds. */
  limits?: { rate: number; burst: number }[]
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
  affinity?: {
    cookie: string
    attributes: string
    /** Seconds from now on. */
    expires?: number
    site?: string
    /** Not for browsers that take `SameSite=None` for something else. */
    site_if?: true
    /** Left out: as the connection is. */
    secure?: boolean
    /** The cookie stands for the endpoint itself. */
    persistent?: true
    /** Whoever came to a canary stays there. */
    keeps_canary?: true
  }
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
  ask?: { url: string; method?: string; signin?: string; back?: string; headers?: string[] }
  /** One of addresses, `ask` and `auth` is enough. */
  any?: true
  /** Bytes per second of an answer, from so many bytes on. */
  rate?: number
  rate_after?: number
  /** Changes to `Location` and to cookies of answers. */
  location?: Replacement
  cookies?: { path?: Replacement; domain?: Replacement }
  /** Where copies of requests go. */
  mirror?: { url: string; host?: string; body: boolean }
  /** Codes of answers that somebody else answers instead: `fallback`, where there is one. */
  errors?: number[]
  /** Who may pass by a certificate: see `doors.lua`. */
  tls?: ClientCheck
}

/** Either the beginning (or, for `whole`, all) of a text, or what a regular expression fits, becomes `to`. */
export interface Replacement {
  from?: string
  whole?: true
  pattern?: string
  ignores_case?: true
  to: string
}

export interface ClientCheck {
  /** Name of the authorities that vouch for clients: the entry `a:<host>` says the same. */
  ca: string
  mode: 'on' | 'optional' | 'optional_no_ca'
  /** Regular expression for the common name of the subject. */
  cn?: string
  /** Where those go who have none. */
  page?: string
  /** Tell the app the certificate, too. */
  pass?: true
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
  /** `namespace/name` of the Secret with authorities for certificates of clients, and how far they may be away. */
  clients?: { secret: string; depth: number }
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
