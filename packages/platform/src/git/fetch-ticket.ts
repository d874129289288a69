import { type Claims, sealTicket } from '@sampan/kit/ticket'

/** The name pipelines sign in with; what they may do is in their ticket. */
export const fetchUser = 'sampan-pipeline'

/** Lets one run fetch one repository. */
export interface FetchTicket extends Claims {
  use: 'fetch'
  /** `<project>/<app>` */
  repository: string
}

export const fetchTicket = (key: Uint8Array, repository: string, until: Date): string =>
  sealTicket<FetchTicket>(key, { use: 'fetch', repository, exp: Math.floor(until.getTime() / 1000) })
