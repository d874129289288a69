import type { AppName } from './repositories.ts'

/** A request of git's smart HTTP protocol, as read from method and URL. */
export interface GitRequest extends AppName {
  service: 'git-upload-pack' | 'git-receive-pack'
  /** Rest of the path inside the repository, as git http-backend wants it. */
  path: '/info/refs' | '/git-upload-pack' | '/git-receive-pack'
  query: string
}

const shape =
  /^\/git\/([a-z0-9-]{1,63})\/([a-z0-9-]{1,63})(?:\.git)?(\/info\/refs|\/git-upload-pack|\/git-receive-pack)$/

/** What is asked, or undefined when it is nothing of ours. The dumb protocol and every other file are not served. */
export function gitRequestFrom(method: string, url: string): GitRequest | undefined {
  const { pathname, search, searchParams } = new URL(url, 'http://sampan')
  const [, project, app, path] = shape.exec(pathname) ?? []
  if (!project || !app || !path) return undefined
  const service = path === '/info/refs' ? searchParams.get('service') : path.slice(1)
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return undefined
  if (method !== (path === '/info/refs' ? 'GET' : 'POST')) return undefined
  return { project, app, service, path: path as GitRequest['path'], query: search.slice(1) }
}
