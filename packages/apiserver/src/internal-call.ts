import type { UserInfo } from './auth/interfaces.ts'
import type { Call } from './handlers.ts'

const never = new AbortController().signal

/** A call the server makes on its own behalf: no body, no query. */
export const internalCall = (method: string, user: UserInfo): Call => ({
  method,
  path: '',
  query: new URLSearchParams(),
  headers: {},
  user,
  manager: 'kube-apiserver',
  verb: '',
  signal: never,
  bytes: async () => new Uint8Array(),
  object: async () => undefined,
  duplicates: [],
  warnings: [],
})
