import type { KubeObject } from '@sampan/resources/meta'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Release } from '@sampan/resources/sampan/release'
import type { AppRow, CertificateRow, InstanceRow, ProjectRow, ReleaseRow } from '@sampan/resources/sampan/rows'
import { api } from './api.ts'

export interface Me {
  name: string
  groups: string[]
  projects: { name: string; role: string }[]
}

export interface AppDetail {
  app: App
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

const projectPath = (project: string) => `/api/projects/${encodeURIComponent(project)}`

export interface Diff {
  release: number
  with?: number
  image: { before?: string; after: string }
  environments: { name: string; diff: string }[]
}

export interface UserRow {
  name: string
  title?: string
  email?: string
  groups: string[]
  disabled?: boolean
  createdAt?: string
}

export interface TokenRow {
  id: string
  use: 'session' | 'token'
  title?: string
  expiresAt?: number
  createdAt?: string
}

export interface System {
  version: string
  instance: string
  components: { name: string; version?: string; ready: boolean; rssBytes?: number }[]
  nodes: {
    name: string
    ready: boolean
    version?: string
    runtime?: string
    system?: string
    capacity?: Record<string, string>
  }[]
  disk: { totalBytes: number; freeBytes: number }
}

export interface NewApp {
  name: string
  template?: string
  branch?: string
  image?: string
  parameters: Record<string, unknown>
}

/** The requests of docs/api.md that the console makes. */
export const platform = {
  me: () => api<Me>('/api/me'),
  signIn: (user: string, password: string) =>
    api<{ user: Me }>('/api/login', { method: 'POST', body: { user, password } }),
  signOut: () => api<void>('/api/logout', { method: 'POST', body: {} }),
  version: () => api<{ version: string; domain: string }>('/api/version'),
  system: () => api<System>('/api/system'),

  projects: () => api<ProjectRow[]>('/api/projects'),
  createProject: (body: { name: string; title?: string }) => api<KubeObject>('/api/projects', { method: 'POST', body }),
  changeProject: (project: string, body: Record<string, unknown>) =>
    api<KubeObject>(projectPath(project), { method: 'PATCH', body }),
  removeProject: (project: string) => api<void>(projectPath(project), { method: 'DELETE' }),
  createEnvironment: (project: string, body: Record<string, unknown>) =>
    api<KubeObject>(`${projectPath(project)}/environments`, { method: 'POST', body }),
  removeEnvironment: (project: string, name: string) =>
    api<void>(`${projectPath(project)}/environments/${encodeURIComponent(name)}`, { method: 'DELETE' }),

  apps: (project?: string) => api<AppRow[]>(`/api/apps${project ? `?project=${encodeURIComponent(project)}` : ''}`),
  app: (ref: AppRef) => api<AppDetail>(appPath(ref)),
  create: (project: string, body: NewApp) =>
    api<{ app: App; remote: Remote }>(`${projectPath(project)}/apps`, { method: 'POST', body }),
  /** With `generation`: Conflict when somebody else has changed the app since. */
  change: (ref: AppRef, parameters: Record<string, unknown>, generation?: number) =>
    api<{ release?: string; rollout?: string }>(
      `${appPath(ref)}/parameters${generation === undefined ? '' : `?generation=${generation}`}`,
      { method: 'PATCH', body: parameters },
    ),
  preview: (ref: AppRef, parameters: Record<string, unknown>) =>
    api<Preview>(`${appPath(ref)}/preview`, { method: 'POST', body: parameters }),
  removeApp: (ref: AppRef) => api<void>(appPath(ref), { method: 'DELETE' }),
  release: (ref: AppRef, number: number) => api<Release>(`${appPath(ref)}/releases/${number}`),
  certificates: (ref: AppRef) => api<CertificateRow[]>(`${appPath(ref)}/certificates`),
  diff: (ref: AppRef, number: number, other?: number) =>
    api<Diff>(`${appPath(ref)}/releases/${number}/diff${other === undefined ? '' : `?with=${other}`}`),
  rollback: (ref: AppRef, release: number, environment?: string) =>
    api<unknown>(`${appPath(ref)}/rollback`, {
      method: 'POST',
      body: { release, ...(environment && { environment }) },
    }),
  /** A run of the branch's head; of an app of an image the release that its tag names now, without a run. */
  deploy: (ref: AppRef) => api<{ pipeline?: Pipeline }>(`${appPath(ref)}/deploy`, { method: 'POST', body: {} }),
  cancelPipeline: (project: string, name: string) =>
    api<unknown>(`${projectPath(project)}/pipelines/${encodeURIComponent(name)}/cancel`, { method: 'POST', body: {} }),
  restartPipeline: (project: string, name: string) =>
    api<{ pipeline: Pipeline }>(`${projectPath(project)}/pipelines/${encodeURIComponent(name)}/restart`, {
      method: 'POST',
      body: {},
    }),
  decidePipeline: (project: string, name: string, decision: 'approve' | 'decline') =>
    api<unknown>(`${projectPath(project)}/pipelines/${encodeURIComponent(name)}/${decision}`, {
      method: 'POST',
      body: {},
    }),
  cancelRollout: (project: string, rollout: string) =>
    api<unknown>(`${projectPath(project)}/rollouts/${encodeURIComponent(rollout)}/cancel`, {
      method: 'POST',
      body: {},
    }),
  approve: (project: string, rollout: string) =>
    api<unknown>(`${projectPath(project)}/rollouts/${encodeURIComponent(rollout)}/approve`, {
      method: 'POST',
      body: {},
    }),

  users: () => api<UserRow[]>('/api/users'),
  createUser: (body: { name: string; password: string; title?: string; groups?: string[] }) =>
    api<unknown>('/api/users', { method: 'POST', body }),
  changeUser: (user: string, body: Record<string, unknown>) =>
    api<unknown>(`/api/users/${encodeURIComponent(user)}`, { method: 'PATCH', body }),
  removeUser: (user: string) => api<void>(`/api/users/${encodeURIComponent(user)}`, { method: 'DELETE' }),
  setPassword: (user: string, password: string) =>
    api<void>(`/api/users/${encodeURIComponent(user)}/password`, { method: 'PUT', body: { password } }),
  changePassword: (old: string, password: string) =>
    api<void>('/api/me/password', { method: 'PUT', body: { old, password } }),
  tokens: () => api<TokenRow[]>('/api/tokens'),
  createToken: (title: string, days?: number) =>
    api<{ token: string; id: string }>('/api/tokens', { method: 'POST', body: { title, ...(days && { days }) } }),
  revokeToken: (id: string) => api<void>(`/api/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' }),
}

/** What a change of parameters would make, before it is made. */
export interface Preview {
  /** In words, as the release would say: `scaled to 3, env A set`. */
  reason?: string
  /** Unified diff of the rendered YAML, per environment. */
  environments: { name: string; diff: string }[]
}

/** The git remote with its credentials, as `git remote add` takes it. */
export function remoteWithCredentials({ url, user, password }: Remote): string {
  const full = new URL(url)
  full.username = user
  full.password = password
  return full.href
}
