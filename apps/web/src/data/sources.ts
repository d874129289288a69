import { api } from './api.ts'
import { type AppRef, appPath } from './platform.ts'

export interface NewSource {
  url?: string
  branch?: string
  image?: string
  username?: string
  password?: string
}

export interface Webhook {
  url: string
  isSet: boolean
  deliveries: {
    id: string
    time: string
    host?: string
    event?: string
    state: string
    message: string
    pipeline?: string
  }[]
}

/** Where an app's code comes from (docs/api.md, "Sources"). */
export const sources = {
  set: (ref: AppRef, body: NewSource) => api<unknown>(`${appPath(ref)}/source`, { method: 'PUT', body }),
  /** Asks the followed repository now: the runs it made, and why nothing was made of other changes. */
  sync: (ref: AppRef) =>
    api<{ pipelines: string[]; skipped: string[] }>(`${appPath(ref)}/sync`, { method: 'POST', body: {} }),
  webhook: (ref: AppRef) => api<Webhook>(`${appPath(ref)}/webhook`),
  /** A new secret; it is shown this once, and the one before is no longer good. */
  newWebhook: (ref: AppRef) =>
    api<{ url: string; secret: string }>(`${appPath(ref)}/webhook`, { method: 'POST', body: {} }),
}
