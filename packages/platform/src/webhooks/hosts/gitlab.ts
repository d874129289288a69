import { at, type HookEvent, isZero, listAt, numberAt, shaAt, textAt, timeAt } from '../hook-event.ts'

/** GitLab: told apart by `object_kind`, which project and system hooks share. */
export function gitlabEvent(event: string, body: unknown): HookEvent {
  const kind = textAt(body, 'object_kind') ?? textAt(body, 'event_name') ?? ''
  switch (kind) {
    case 'push':
    case 'tag_push':
      return pushEvent(body)
    case 'merge_request':
      return mergeRequestEvent(body)
    default:
      return { kind: 'ignored', why: `"${kind || event}" starts nothing here` }
  }
}

function pushEvent(body: unknown): HookEvent {
  const ref = textAt(body, 'ref') ?? ''
  if (!/^refs\/(heads|tags)\/./.test(ref)) return { kind: 'ignored', why: `"${ref}" is neither a branch nor a tag` }
  if (isZero(at(body, 'after'))) return { kind: 'delete', ref }
  // Of an annotated tag `after` is the tag itself; `checkout_sha` is the commit in every case.
  const sha = shaAt(body, 'checkout_sha') ?? shaAt(body, 'after')
  if (!sha) return { kind: 'ignored', why: 'it names no commit' }
  const commits = listAt(body, 'commits')
  const head = commits.find((one) => textAt(one, 'id') === sha) ?? commits.at(-1)
  const before = shaAt(body, 'before')
  const page = textAt(body, 'project', 'web_url')
  return {
    kind: 'push',
    ref,
    sha,
    before,
    by: textAt(body, 'user_username') ?? textAt(body, 'user_name'),
    commit: {
      message: textAt(head, 'message') ?? textAt(body, 'message'),
      author: textAt(head, 'author', 'name') ?? textAt(body, 'user_name'),
      email: textAt(head, 'author', 'email') ?? textAt(body, 'user_email'),
      login: textAt(body, 'user_username'),
      avatar: textAt(body, 'user_avatar'),
      link: textAt(head, 'url') ?? (page && `${page}/-/commit/${sha}`),
      time: timeAt(head, 'timestamp'),
    },
  }
}

const actions: Readonly<Record<string, 'opened' | 'synchronized' | 'reopened' | 'closed'>> = {
  open: 'opened',
  update: 'synchronized',
  reopen: 'reopened',
  close: 'closed',
  merge: 'closed',
}

function mergeRequestEvent(body: unknown): HookEvent {
  const one = at(body, 'object_attributes')
  const word = textAt(one, 'action') ?? ''
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined
  if (!action) return { kind: 'ignored', why: `the action "${word}" changes no code` }
  if (word === 'update' && !textAt(one, 'oldrev')) return { kind: 'ignored', why: 'this update changes no code' }
  const number = numberAt(one, 'iid')
  if (!number || number < 1) return { kind: 'ignored', why: 'it has no number' }
  const from = textAt(one, 'source', 'path_with_namespace') ?? String(numberAt(one, 'source_project_id'))
  const to = textAt(one, 'target', 'path_with_namespace') ?? String(numberAt(one, 'target_project_id'))
  const commit = at(one, 'last_commit')
  const login = textAt(body, 'user', 'username')
  return {
    kind: 'pull_request',
    action,
    number,
    title: textAt(one, 'title') ?? '',
    ref: `refs/merge-requests/${number}/head`,
    sha: shaAt(commit, 'id'),
    before: shaAt(one, 'oldrev'),
    source: textAt(one, 'source_branch') ?? '',
    target: textAt(one, 'target_branch') ?? '',
    fork: from !== to,
    by: login,
    commit: {
      message: textAt(one, 'description') ?? textAt(commit, 'message') ?? textAt(one, 'title'),
      author: textAt(commit, 'author', 'name') ?? textAt(body, 'user', 'name'),
      email: textAt(commit, 'author', 'email'),
      login,
      avatar: textAt(body, 'user', 'avatar_url'),
      link: textAt(one, 'url'),
      time: timeAt(commit, 'timestamp'),
    },
  }
}
