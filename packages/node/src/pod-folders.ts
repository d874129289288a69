import { join } from 'node:path'
import type { NodeSettings } from './context.ts'

interface Identity {
  uid?: string
  name: string
  namespace?: string
}

/** Where a pod's own files are. */
export const podFolder = ({ folders }: NodeSettings, { uid }: Identity) => join(folders.pods, uid!)

/** As on every Kubernetes node, so that ordinary log shippers find it: `<namespace>_<pod>_<uid>`. */
export const podLogFolder = ({ folders }: NodeSettings, { uid, name, namespace }: Identity) =>
  join(folders.logs, `${namespace}_${name}_${uid}`)

/** File of one container's termination message. */
export const messagePath = (settings: NodeSettings, uid: string, container: string, attempt: number) =>
  join(settings.folders.pods, uid, 'containers', container, String(attempt))
