import type { CodeHost } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'

/** A run, as hosts want to show it beside its commit. */
export interface CommitStatus {
  state: 'pending' | 'running' | 'success' | 'failure' | 'error' | 'cancelled'
  /** As `continuous-integration/drone/push`: scripts and branch rules name it. */
  context: string
  description: string
  url: string
  ref: string
}

type RunState = NonNullable<Pipeline['status']>['state']

const states: Readonly<Record<RunState, CommitStatus['state'] | undefined>> = {
  pending: 'pending',
  blocked: 'pending',
  running: 'running',
  success: 'success',
  failure: 'failure',
  error: 'error',
  cancelled: 'cancelled',
  declined: 'cancelled',
  skipped: undefined,
}

/** What to tell about a run; undefined where a host is told nothing: cron jobs, trials, skipped runs. */
export function commitStatusOf({ spec, status }: Pipeline, url: string): CommitStatus | undefined {
  const kind = kindOf(spec)
  const state = states[status?.state ?? 'pending']
  if (!kind || !state || spec.deploy === false) return undefined
  return {
    state,
    context: `continuous-integration/drone/${kind}`,
    description: (status?.reason ?? sentences[state]).slice(0, 140),
    url,
    ref: spec.commit.ref,
  }
}

function kindOf({ event, target }: Pipeline['spec']): string | undefined {
  if (event === 'pull_request') return 'pr'
  if (event === 'push' || event === 'manual' || event === 'custom') return 'push'
  if (event === 'tag') return 'tag'
  if (event === 'promote' || event === 'rollback') return `${event}/${target ?? ''}`
  return undefined
}

/** Tells where a pull request can be looked at. */
export const previewStatus = (url: string, ref: string): CommitStatus => ({
  state: 'success',
  context: 'sampan/preview',
  description: 'The preview answers',
  url,
  ref,
})

const sentences: Readonly<Record<CommitStatus['state'], string>> = {
  pending: 'Build is pending',
  running: 'Build is running',
  success: 'Build is passing',
  failure: 'Build is failing',
  error: 'Build encountered an error',
  cancelled: 'Build was cancelled',
}

export interface StatusCall {
  url: URL
  headers: Record<string, string>
  body: Record<string, string>
}

/**
 * The call that tells a host about a commit. It goes to the origin of the app's own `source.url`, never to an address that
 * a payload names: the token is for that host. Gogs has no statuses.
 */
export function statusCall(
  host: CodeHost,
  source: string,
  sha: string,
  token: string,
  given: CommitStatus,
): StatusCall | undefined {
  const url = new URL(source)
  const repository = url.pathname.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  const common = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'sampan' }
  switch (host) {
    case 'github': {
      const base = url.hostname === 'github.com' ? 'https://api.github.com' : `${url.origin}/api/v3`
      const state = given.state === 'running' ? 'pending' : given.state === 'cancelled' ? 'error' : given.state
      return {
        url: new URL(`${base}/repos/${repository}/statuses/${sha}`),
        headers: { ...common, accept: 'application/vnd.github+json', authorization: `Bearer ${token}` },
        body: { state, context: given.context, description: given.description, target_url: given.url },
      }
    }
    case 'gitea': {
      const state = given.state === 'running' ? 'pending' : given.state === 'cancelled' ? 'error' : given.state
      return {
        url: new URL(`${url.origin}/api/v1/repos/${repository}/statuses/${sha}`),
        headers: { ...common, authorization: `token ${token}` },
        body: { state, context: given.context, description: given.description, target_url: given.url },
      }
    }
    case 'gitlab': {
      const failed = given.state === 'failure' || given.state === 'error'
      const state = failed ? 'failed' : given.state === 'cancelled' ? 'canceled' : given.state
      const ref = given.ref.replace(/^refs\/(heads|tags)\//, '')
      return {
        url: new URL(`${url.origin}/api/v4/projects/${encodeURIComponent(repository)}/statuses/${sha}`),
        headers: { ...common, 'private-token': token },
        body: {
          state,
          name: given.context,
          description: given.description,
          target_url: given.url,
          ...(!ref.startsWith('refs/') && { ref }),
        },
      }
    }
    case 'gogs':
      return undefined
  }
}
