import { api } from './api.ts'
import { type AppRef, appPath, platform } from './platform.ts'

/** What a filled-in form says of a new app. */
export interface Launch extends AppRef {
  template: string
  parameters: Record<string, unknown>
  source:
    | { way: 'push'; branch: string }
    | { way: 'git'; url: string; branch: string; username?: string; password?: string }
    | { way: 'image'; image: string }
    | { way: 'upload'; file: Blob & { name?: string } }
}

/**
 * Makes the app and starts what can be started. Throws `Refused` with what to change; an app that was made before
 * something else failed stays, and the form can be sent again.
 */
export async function launch({ project, app, template, parameters, source }: Launch): Promise<void> {
  const ref = { project, app }
  await platform.create(project, {
    name: app,
    template,
    parameters,
    ...(source.way === 'push' && { branch: source.branch }),
    ...(source.way === 'image' && { image: source.image }),
  })
  if (source.way === 'git') {
    const { way: _, ...body } = source
    await api(`${appPath(ref)}/source`, { method: 'PUT', body: { type: 'git', ...body } })
    await api(`${appPath(ref)}/sync`, { method: 'POST', body: {} })
  }
  if (source.way === 'upload') await upload(ref, source.file)
}

const types: Record<string, string> = {
  zip: 'application/zip',
  tar: 'application/x-tar',
  gz: 'application/gzip',
  tgz: 'application/gzip',
}

/** Sends an archive of the code; it becomes a commit of the built-in repository. */
export const upload = (ref: AppRef, file: Blob & { name?: string }) =>
  api<{ pipeline?: string }>(`${appPath(ref)}/source`, {
    method: 'POST',
    body: file,
    type: types[file.name?.split('.').at(-1) ?? ''] ?? (file.type || 'application/octet-stream'),
  })
