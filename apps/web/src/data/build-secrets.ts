import { api } from './api.ts'

export interface BuildSecret {
  name: string
  pullRequests?: boolean
  createdAt?: string
}

const at = (project: string) => `/api/projects/${encodeURIComponent(project)}/secrets`

/** Secrets of a project's pipelines (docs/api.md). */
export const buildSecrets = {
  list: (project: string) => api<BuildSecret[]>(at(project)),
  set: (project: string, { name, ...body }: { name: string; value: string; pullRequests: boolean }) =>
    api<unknown>(`${at(project)}/${encodeURIComponent(name)}`, { method: 'PUT', body }),
  remove: (project: string, name: string) =>
    api<void>(`${at(project)}/${encodeURIComponent(name)}`, { method: 'DELETE' }),
}
