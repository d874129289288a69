import { createHmac, randomUUID } from 'node:crypto'
import type { CodeHost } from '@sampan/resources/sampan/app'

/** For tests: deliveries in the shape each host gives them. */
export interface Delivery {
  headers: Record<string, string>
  body: string
}

export interface Facts {
  /** `refs/heads/main` */
  ref: string
  before?: string
  after: string
  message?: string
  cloneUrl: string
}

const zero = '0'.repeat(40)
const at = '2026-03-04T05:06:07+08:00'
const ada = { name: 'Ada Lovelace', email: 'ada@example.com', username: 'ada' }

const commitOf = ({ after, message = 'A change\n' }: Facts) => ({
  id: after,
  tree_id: 'f'.repeat(40),
  distinct: true,
  message,
  timestamp: at,
  url: `https://host.example/octo/hello/commit/${after}`,
  author: ada,
  committer: ada,
  added: [],
  removed: [],
  modified: ['README.md'],
})

const person = (id: number, login: string) => ({
  id,
  login,
  username: login,
  full_name: 'Ada Lovelace',
  email: 'ada@example.com',
  avatar_url: `https://host.example/avatars/${id}`,
  html_url: `https://host.example/${login}`,
})

const repositoryOf = (cloneUrl: string, fullName = 'octo/hello', id = 35129377) => ({
  id,
  name: fullName.split('/')[1],
  full_name: fullName,
  private: true,
  fork: false,
  owner: { ...person(6752317, fullName.split('/')[0]!), name: fullName.split('/')[0] },
  html_url: `https://host.example/${fullName}`,
  clone_url: cloneUrl,
  ssh_url: `git@host.example:${fullName}.git`,
  default_branch: 'main',
})

const gitlabProject = (cloneUrl: string) => ({
  id: 15,
  name: 'Hello',
  description: '',
  web_url: 'https://host.example/octo/hello',
  avatar_url: null,
  git_ssh_url: 'git@host.example:octo/hello.git',
  git_http_url: cloneUrl,
  namespace: 'octo',
  visibility_level: 0,
  path_with_namespace: 'octo/hello',
  default_branch: 'main',
})

/** Bodies by host; the name of the event goes into its header. */
export const bodies: Readonly<Record<CodeHost, { push(facts: Facts): object; pull(facts: Pull): object }>> = {
  github: {
    push: (facts) => ({
      ref: facts.ref,
      before: facts.before ?? zero,
      after: facts.after,
      repository: repositoryOf(facts.cloneUrl),
      pusher: { name: 'ada', email: 'ada@example.com' },
      sender: { ...person(7, 'ada'), type: 'User', site_admin: false },
      created: facts.before === undefined,
      deleted: facts.after === zero,
      forced: false,
      base_ref: facts.ref.startsWith('refs/tags/') ? 'refs/heads/main' : null,
      compare: 'https://host.example/octo/hello/compare/a...b',
      commits: facts.after === zero ? [] : [commitOf(facts)],
      head_commit: facts.after === zero ? null : commitOf(facts),
    }),
    pull: (facts) => pullLike(facts, { synchronized: 'synchronize' }),
  },
  gitea: {
    push: (facts) => ({
      ref: facts.ref,
      before: facts.before ?? zero,
      after: facts.after,
      compare_url: 'https://host.example/octo/hello/compare/a...b',
      commits: [commitOf(facts)],
      total_commits: 1,
      head_commit: commitOf(facts),
      repository: repositoryOf(facts.cloneUrl),
      pusher: person(7, 'ada'),
      sender: person(7, 'ada'),
    }),
    pull: (facts) => pullLike(facts),
  },
  gogs: {
    push: (facts) => ({
      ref: facts.ref,
      before: facts.before ?? zero,
      after: facts.after,
      compare_url: '',
      commits: [commitOf(facts)],
      repository: repositoryOf(facts.cloneUrl),
      pusher: person(7, 'ada'),
      sender: person(7, 'ada'),
    }),
    // Neither sha nor head: names of branches, and the repositories beside them.
    pull: ({ action, number, cloneUrl, fork }) => ({
      action,
      number,
      pull_request: {
        id: 1,
        number,
        user: person(7, 'ada'),
        title: 'Better words',
        body: 'Says it better.',
        labels: [],
        state: 'open',
        head_branch: 'topic',
        head_repo: repositoryOf(cloneUrl, fork ? 'eve/hello' : 'octo/hello'),
        base_branch: 'main',
        base_repo: repositoryOf(cloneUrl),
        html_url: `https://host.example/octo/hello/pulls/${number}`,
        mergeable: true,
        merged: false,
      },
      repository: repositoryOf(cloneUrl),
      sender: person(7, 'ada'),
    }),
  },
  gitlab: {
    push: (facts) => ({
      object_kind: facts.ref.startsWith('refs/tags/') ? 'tag_push' : 'push',
      event_name: facts.ref.startsWith('refs/tags/') ? 'tag_push' : 'push',
      before: facts.before ?? zero,
      after: facts.after,
      ref: facts.ref,
      checkout_sha: facts.after === zero ? null : facts.after,
      message: null,
      user_id: 7,
      user_name: 'Ada Lovelace',
      user_username: 'ada',
      user_email: '',
      user_avatar: 'https://host.example/avatars/7',
      project_id: 15,
      project: gitlabProject(facts.cloneUrl),
      commits: [{ ...commitOf(facts), title: 'A change' }],
      total_commits_count: 1,
      repository: { name: 'Hello', url: 'git@host.example:octo/hello.git', git_http_url: facts.cloneUrl },
    }),
    pull: ({ action, number, sha, cloneUrl, fork }) => ({
      object_kind: 'merge_request',
      event_type: 'merge_request',
      user: { id: 7, name: 'Ada Lovelace', username: 'ada', avatar_url: 'https://host.example/avatars/7' },
      project: gitlabProject(cloneUrl),
      object_attributes: {
        id: 99,
        iid: number,
        title: 'Better words',
        description: 'Says it better.',
        source_branch: 'topic',
        target_branch: 'main',
        source: { ...gitlabProject(cloneUrl), path_with_namespace: fork ? 'eve/hello' : 'octo/hello' },
        target: gitlabProject(cloneUrl),
        state: 'opened',
        action: { opened: 'open', synchronized: 'update', reopened: 'reopen', closed: 'close' }[action] ?? action,
        ...(action === 'synchronized' && { oldrev: 'b'.repeat(40) }),
        last_commit: { id: sha, message: 'Better words\n', timestamp: at, url: '', author: ada },
        url: `https://host.example/octo/hello/-/merge_requests/${number}`,
        draft: false,
      },
      changes: {},
    }),
  },
}

export interface Pull {
  action: string
  number: number
  sha: string
  cloneUrl: string
  fork?: boolean
}

function pullLike({ action, number, sha, cloneUrl, fork }: Pull, words: Record<string, string> = {}) {
  return {
    action: words[action] ?? action,
    number,
    pull_request: {
      id: 279147437,
      number,
      state: action === 'closed' ? 'closed' : 'open',
      title: 'Better words',
      body: 'Says it better.',
      user: person(7, 'ada'),
      html_url: `https://host.example/octo/hello/pull/${number}`,
      created_at: '2026-03-04T05:06:07Z',
      updated_at: '2026-03-04T05:07:07Z',
      merged: false,
      head: { ref: 'topic', sha, repo: repositoryOf(cloneUrl, fork ? 'eve/hello' : 'octo/hello', fork ? 2 : 1) },
      base: { ref: 'main', sha: 'a'.repeat(40), repo: repositoryOf(cloneUrl, 'octo/hello', 1) },
    },
    repository: repositoryOf(cloneUrl),
    sender: person(7, 'ada'),
  }
}

const hex = (algorithm: 'sha1' | 'sha256', secret: string, text: string) =>
  createHmac(algorithm, secret).update(text).digest('hex')

/** Headers and body as the host would send them. */
export function delivered(
  host: CodeHost,
  event: string,
  body: object,
  { secret, delivery = randomUUID(), form = false }: { secret: string; delivery?: string; form?: boolean },
): Delivery {
  const payload = JSON.stringify(body)
  const text = form ? new URLSearchParams({ payload }).toString() : payload
  const type = { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' }
  const hub = (signed: string) => ({
    'X-Hub-Signature': `sha1=${hex('sha1', secret, signed)}`,
    'X-Hub-Signature-256': `sha256=${hex('sha256', secret, signed)}`,
  })
  const github = { 'X-GitHub-Event': event, 'X-GitHub-Delivery': delivery }
  const gogs = {
    'X-Gogs-Event': event,
    'X-Gogs-Delivery': delivery,
    'X-Gogs-Signature': hex('sha256', secret, payload),
  }
  switch (host) {
    case 'github':
      return { headers: { ...type, 'User-Agent': 'GitHub-Hookshot/abc', ...github, ...hub(text) }, body: text }
    case 'gitea':
      return {
        headers: {
          ...type,
          ...github,
          ...gogs,
          ...hub(payload),
          'X-Gitea-Event': event,
          'X-Gitea-Event-Type': event,
          'X-Gitea-Delivery': delivery,
          'X-Gitea-Signature': hex('sha256', secret, payload),
        },
        body: text,
      }
    case 'gogs':
      return { headers: { ...type, ...github, ...gogs }, body: text }
    case 'gitlab': {
      const names: Record<string, string> = {
        push: 'Push Hook',
        tag: 'Tag Push Hook',
        pull_request: 'Merge Request Hook',
      }
      return {
        headers: {
          ...type,
          'User-Agent': 'GitLab/17.11.1',
          'X-Gitlab-Event': names[event] ?? event,
          'X-Gitlab-Token': secret,
          'X-Gitlab-Event-UUID': delivery,
          'Idempotency-Key': delivery,
        },
        body: text,
      }
    }
  }
}
