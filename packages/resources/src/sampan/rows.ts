import type { Release } from './release.ts'

/** A project as one of its members sees it: a row of `GET /api/projects`. */
export interface ProjectRow {
  name: string
  title?: string
  phase: string
  message?: string
  environments: string[]
  /** What the asking user may do there. */
  role: string
}

/** An app in one environment: a row of `GET /api/apps`. */
export interface AppRow {
  project: string
  name: string
  environment: string
  state: string
  /** One sentence, where the state asks for one. */
  reason?: string
  url?: string
  release?: number
  ready?: number
  replicas?: number
}

/** A row of `GET …/apps/:app/releases`. */
export interface ReleaseRow {
  number: number
  image: string
  commit?: Release['spec']['commit']
  by?: string
  reason?: string
  createdAt: string
  /** The environments whose newest verified rollout is of this release. */
  serving: string[]
  rollouts: {
    name: string
    environment: string
    state: string
    reason?: string
    startedAt?: string
    finishedAt?: string
  }[]
}

/** A pod of an app. */
export interface InstanceRow {
  name: string
  environment: string
  phase: string
  ready: boolean
  restarts: number
  reason?: string
  startedAt?: string
  release?: number
}

/** A certificate that a route of an app is answered with: a row of `GET …/apps/:app/certificates`. */
export interface CertificateRow {
  namespace: string
  secret: string
  /** Times between which it holds, when it could be read. */
  from?: string
  to?: string
  /** What is wrong with it; nothing when it does what it is there for. */
  problem?: 'missing' | 'unreadable' | 'expired' | 'early' | 'otherHost'
}
