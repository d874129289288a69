import type { BuildContext, BuildEvent } from './build-context.ts'

export interface SampleBuild {
  event: BuildEvent
  branch?: string
  ref?: string
  action?: string
  target?: string
  cron?: string
  repo?: string
  instance?: string
  params?: Record<string, string>
}

export const events: readonly BuildEvent[] = ['push', 'pull_request', 'tag', 'promote', 'rollback', 'cron', 'custom']

/**
 * A build as it might be, to plan a file without a server: what is not said takes the value such an event usually has.
 * A tag has no branch and is `v1.0.0`, a pull request goes from `feature` to `main`, a promotion to `production`.
 */
export function sampleBuild(asked: SampleBuild): BuildContext {
  const { event, params = {} } = asked
  const [namespace = 'octocat', name = 'hello-world'] = (asked.repo ?? 'octocat/hello-world').split('/')
  const slug = `${namespace}/${name}`
  const host = asked.instance ?? 'localhost'
  const branch = asked.branch ?? (event === 'tag' ? '' : branchOf(asked.ref) || 'main')
  const sha = '7fd1a60b01f91b314f59955a4e4d4e80d8edf11d'
  const link = `http://${host}/${slug}`
  return {
    event,
    action: asked.action ?? { pull_request: 'opened', tag: 'create' }[event as string] ?? '',
    ref: asked.ref ?? refOf(event, branch),
    branch,
    sourceBranch: event === 'pull_request' ? 'feature' : branch,
    targetBranch: branch,
    commit: {
      sha,
      before: '553c2077f0edc3d5dc5d17262f6aa498e69d6f8e',
      after: sha,
      link: `${link}/commit/${sha}`,
      message: 'first commit',
      authorLogin: namespace,
      authorName: namespace,
      authorEmail: `${namespace}@localhost`,
      authorAvatar: '',
    },
    title: event === 'pull_request' ? 'first commit' : '',
    deployTo: asked.target ?? (event === 'promote' || event === 'rollback' ? 'production' : ''),
    cron: asked.cron ?? (event === 'cron' ? 'nightly' : ''),
    parent: event === 'promote' || event === 'rollback' ? 1 : 0,
    number: event === 'promote' || event === 'rollback' ? 2 : 1,
    trigger: { cron: '@cron', promote: namespace, rollback: namespace, custom: namespace }[event as string] ?? '@hook',
    params,
    created: 1_700_000_000,
    started: 1_700_000_000,
    link: `${link}/1`,
    repo: {
      slug,
      namespace,
      name,
      link,
      httpUrl: `${link}.git`,
      sshUrl: `git@${host}:${slug}.git`,
      defaultBranch: 'main',
      visibility: 'private',
      private: true,
      scm: 'git',
    },
    system: { proto: 'http', host, version: '1.0.0' },
  }
}

const branchOf = (ref = '') => (ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : '')

function refOf(event: BuildEvent, branch: string): string {
  if (event === 'tag') return 'refs/tags/v1.0.0'
  return event === 'pull_request' ? 'refs/pull/1/head' : `refs/heads/${branch}`
}
