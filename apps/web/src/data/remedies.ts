import type { MessageKey } from './messages.ts'
import { appHref, projectHref } from './paths.ts'
import type { AppRef } from './platform.ts'

/** Where something that is wrong is put right. */
export interface Remedy {
  label: MessageKey
  href: string
}

/** Causes (docs/errors.md, "Why a deploy fails") by the page that cures them; for all others the log says most. */
const inConfig: readonly string[] = [
  'command-missing',
  'front-door',
  'host-taken',
  'limits',
  'login-failed',
  'no-room',
  'not-listening',
  'oom',
  'readiness',
  'wrong-port',
]
const inSource: readonly string[] = ['image-missing', 'image-name']
const withoutLog: readonly string[] = ['image-denied', 'invalid', 'policy', 'quota', 'registry-unreachable', 'template']

/** The one thing to do about a failed rollout; undefined where only the sentence helps. */
export function remedyFor(
  { project, app }: AppRef,
  { cause, reason = '' }: { cause?: string; reason?: string },
): Remedy | undefined {
  if (!cause || withoutLog.includes(cause)) return undefined
  if (cause === 'missing-env') {
    const name = /environment variable ([A-Za-z_]\w*)/.exec(reason)?.[1]
    return { label: 'remedy.env', href: `${appHref(project, app, 'config')}${name ? `?env=${name}` : ''}` }
  }
  if (cause === 'config-missing') return { label: 'remedy.secrets', href: `${projectHref(project)}/config?tab=secrets` }
  if (inConfig.includes(cause)) return { label: 'remedy.config', href: appHref(project, app, 'config') }
  if (inSource.includes(cause)) return { label: 'remedy.source', href: appHref(project, app, 'settings') }
  return { label: 'remedy.log', href: appHref(project, app, 'logs') }
}
