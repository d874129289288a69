import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Who is calling. `groups` includes `system:authenticated` or `system:unauthenticated`. */
export interface UserInfo {
  name: string
  uid?: string
  groups: readonly string[]
  extra?: Readonly<Record<string, readonly string[]>>
}

export interface Authenticator {
  /**
   * Who sent the request (client certificate, bearer token); undefined when it carries no credentials at all.
   * Throws `unauthorized()` when it carries credentials that are not good.
   */
  authenticate(request: IncomingMessage): UserInfo | undefined | Promise<UserInfo | undefined>
}

/** What is asked to be done, in the words of RBAC. */
export interface Attributes {
  user: UserInfo
  /** get, list, watch, create, update, patch, delete, deletecollection…; for other paths the method in lower case. */
  verb: string
  /** Set for everything under `/api/<version>/…` and `/apis/<group>/<version>/…`. */
  resource?: {
    group: string
    version: string
    plural: string
    subresource?: string
    namespace?: string
    name?: string
  }
  /** The path, for requests that are about no resource (`/version`, `/healthz`, discovery). */
  path: string
}

export interface Decision {
  allowed: boolean
  /** For the log and the error, as `RBAC: role … not found`. */
  reason?: string
}

export interface Authorizer {
  authorize(attributes: Attributes): Decision | Promise<Decision>
}

/** What the API server needs to know of identity. Everything comes from outside so that tests can leave it open. */
export interface Auth {
  authenticator: Authenticator
  authorizer: Authorizer
  /** The user after the `Impersonate-*` headers; throws Forbidden when `user` may not. Also used for in-process callers. */
  impersonate?(user: UserInfo, headers: IncomingHttpHeaders): UserInfo | Promise<UserInfo>
}

/** May do everything: the identity of the engine's own parts. */
export const systemUser: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] }

export const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Everybody is admin: for tests and for the in-memory server. */
export const openAuth: Auth = {
  authenticator: { authenticate: () => systemUser },
  authorizer: { authorize: () => ({ allowed: true }) },
}
