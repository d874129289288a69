import { type Claims, sealTicket } from '@sampan/kit/ticket'

/** The name pipelines sign in with; what they may do is in their ticket. */
export const fetchUser = 'sampan-pipeline'

/** Lets one run fetch one repository, while it runs. */
export interface FetchTicket extends Claims {
  use: 'fetch'
  /** `<project>/<app>` */
  repository: string
  /** `<project>/<pipeline>` */
  pipeline: string
}

export const fetchTicket = (key: Uint8Array, run: { pipeline: string; repository: string; until: Date }): string =>
  sealTicket<FetchTicket>(key, {
    use: 'fetch',
    repository: run.repository,
    pipeline: run.pipeline,
    exp: Math.floor(run.until.getTime() / 1000),
  })
