import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { api } from './api.ts'

export interface Me {
  name: string
  groups: string[]
  projects: { name: string; role: string }[]
}

export interface ProjectRow {
  name: string
  title?: string
  environments: string[]
}

export interface AppRow {
  project: string
  name: string
  environment: string
  state: string
  reason?: string
  url?: string
  release?: number
  ready?: number
  replicas?: number
}

export interface ReleaseRow {
  number: number
  image: string
  commit?: { sha: string; message?: string; author?: string }
  by?: string
  reason?: string
  createdAt: string
  serving: string[]
  rollouts: { environment: string; state: string; reason?: string }[]
}

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

export interface AppDetail {
  environments: AppRow[]
  releases: ReleaseRow[]
  pipelines: Pipeline[]
  instances: InstanceRow[]
}

export interface Remote {
  url: string
  user: string
  password: string
}

export interface AppRef {
  project: string
  app: string
}

export const appPath = ({ project, app }: AppRef) =>
  `/api/projects/${encodeURIComponent(project)}/apps/${encodeURIComponent(app)}`

/** The requests of docs/api.md that the console makes. */
export const platform = {
  me: () => api<Me>('/api/me'),
  signIn: (user: string, password: string) =>
    api<{ user: Me }>('/api/login', { method: 'POST', body: { user, password } }),
  signOut: () => api<void>('/api/logout', { method: 'POST', body: {} }),
  projects: () => api<ProjectRow[]>('/api/projects'),
  apps: (project?: string) => api<AppRow[]>(`/api/apps${project ? `?project=${encodeURIComponent(project)}` : ''}`),
  app: (ref: AppRef) => api<AppDetail>(appPath(ref)),
  create: (project: string, body: { name: string; branch: string; parameters: Record<string, unknown> }) =>
    api<{ remote: Remote }>(`/api/projects/${encodeURIComponent(project)}/apps`, { method: 'POST', body }),
  scale: (ref: AppRef, replicas: number) =>
    api<unknown>(`${appPath(ref)}/parameters`, { method: 'PATCH', body: { replicas } }),
  rollback: (ref: AppRef, release: number) =>
    api<unknown>(`${appPath(ref)}/rollback`, { method: 'POST', body: { release } }),
  deploy: (ref: AppRef) => api<unknown>(`${appPath(ref)}/deploy`, { method: 'POST', body: {} }),
}

/** The git remote with its credentials, as `git remote add` takes it. */
export function remoteWithCredentials({ url, user, password }: Remote): string {
  const full = new URL(url)
  full.username = user
  full.password = password
  return full.href
}
