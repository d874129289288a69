/** Somebody who was recognised. Groups decide rights together with the project roles of the name. */
export interface Identity {
  name: string
  groups: readonly string[]
}

/** A question to Kubernetes RBAC, as in SubjectAccessReview `resourceAttributes`. */
export interface Question {
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | (string & {})
  group: string
  /** Plural, as `apps`. */
  resource: string
  subresource?: string
  namespace?: string
  name?: string
}

/** Who somebody is and what they may do: the one place that git, registry, console, CLI and API ask. */
export interface Access {
  /** A bearer token or session; undefined when unknown or expired. */
  byToken(token: string): Promise<Identity | undefined>
  /** Throws `TooManyRequests` after too many wrong passwords for one name. A token is accepted as password too. */
  byPassword(name: string, password: string): Promise<Identity | undefined>
  may(who: Identity, question: Question): Promise<boolean>
}
