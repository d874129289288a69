import { at, type HookEvent, isZero, listAt, numberAt, shaAt, textAt, timeAt } from '../hook-event.ts'

/** GitHub and GitHub Enterprise: `X-GitHub-Event` and its payload. */
export function githubEvent(event: string, body: unknown): HookEvent {
  switch (event) {
    case 'ping':
      return { kind: 'ping' }
    case 'push':
      return pushEvent(body)
    case 'pull_request':
      return pullRequestEvent(body)
    case 'deployment':
      return deploymentEvent(body)
    case 'delete':
      return deleteEvent(body)
    case 'create':
      return { kind: 'ignored', why: 'the push event tells of new branches and tags' }
    default:
      return { kind: 'ignored', why: `events "${event}" start nothing here` }
  }
}

/** A push as GitHub tells it; Gitea's differs in details only. */
export function pushEvent(body: unknown): HookEvent {
  const ref = textAt(body, 'ref') ?? ''
  if (!/^refs\/(heads|tags)\/./.test(ref)) return { kind: 'ignored', why: `"${ref}" is neither a branch nor a tag` }
  if (at(body, 'deleted') === true || isZero(at(body, 'after'))) return { kind: 'delete', ref }
  const sha = shaAt(body, 'after')
  if (!sha) return { kind: 'ignored', why: 'it names no commit' }
  const head = at(body, 'head_commit') ?? listAt(body, 'commits').find((one) => textAt(one, 'id') === sha)
  const base = /^refs\/heads\/(.+)$/.exec(textAt(body, 'base_ref') ?? '')?.[1]
  const login = textAt(body, 'sender', 'login') ?? textAt(body, 'pusher', 'login') ?? textAt(body, 'pusher', 'name')
  return {
    kind: 'push',
    ref,
    sha,
    before: shaAt(body, 'before'),
    base,
    by: login,
    commit: {
      message: textAt(head, 'message'),
      author: textAt(head, 'author', 'name'),
      email: textAt(head, 'author', 'email'),
      login: textAt(head, 'author', 'username') ?? login,
      avatar: textAt(body, 'sender', 'avatar_url') ?? textAt(body, 'pusher', 'avatar_url'),
      link: textAt(body, 'compare') ?? textAt(body, 'compare_url') ?? textAt(head, 'url'),
      time: timeAt(head, 'timestamp'),
    },
  }
}

/** `delete`, the same with all but GitLab: the short name of a branch or tag. */
export function deleteEvent(body: unknown): HookEvent {
  const name = textAt(body, 'ref')
  if (!name) return { kind: 'ignored', why: 'it names no ref' }
  return { kind: 'delete', ref: `refs/${textAt(body, 'ref_type') === 'tag' ? 'tags' : 'heads'}/${name}` }
}

const actions: Readonly<Record<string, 'opened' | 'synchronized' | 'reopened' | 'closed'>> = {
  opened: 'opened',
  synchronize: 'synchronized',
  synchronized: 'synchronized',
  reopened: 'reopened',
  closed: 'closed',
}

/** A pull request as GitHub tells it; Gitea and Gogs follow its form. */
export function pullRequestEvent(body: unknown): HookEvent {
  const word = textAt(body, 'action') ?? ''
  const action = Object.hasOwn(actions, word) ? actions[word] : undefined
  if (!action) return { kind: 'ignored', why: `the action "${word}" changes no code` }
  const pull = at(body, 'pull_request')
  const number = numberAt(body, 'number') ?? numberAt(pull, 'number')
  if (!number || number < 1) return { kind: 'ignored', why: 'it has no number' }
  const source = textAt(pull, 'head', 'ref') ?? textAt(pull, 'head_branch') ?? ''
  const target = textAt(pull, 'base', 'ref') ?? textAt(pull, 'base_branch') ?? ''
  const from = textAt(pull, 'head', 'repo', 'full_name') ?? textAt(pull, 'head_repo', 'full_name')
  const to = textAt(pull, 'base', 'repo', 'full_name') ?? textAt(pull, 'base_repo', 'full_name')
  const login = textAt(pull, 'user', 'login') ?? textAt(pull, 'user', 'username')
  return {
    kind: 'pull_request',
    action,
    number,
    title: textAt(pull, 'title') ?? '',
    ref: `refs/pull/${number}/head`,
    sha: shaAt(pull, 'head', 'sha'),
    before: shaAt(pull, 'base', 'sha'),
    source,
    target,
    // A repository that is gone (null) was somebody else's.
    fork: from === undefined || to === undefined || from !== to,
    by: textAt(body, 'sender', 'login') ?? login,
    commit: {
      message: textAt(pull, 'body') ?? textAt(pull, 'title'),
      author: textAt(pull, 'user', 'full_name') ?? login,
      email: textAt(pull, 'user', 'email'),
      login,
      avatar: textAt(pull, 'user', 'avatar_url'),
      link: textAt(pull, 'html_url'),
      time: timeAt(pull, 'updated_at') ?? timeAt(pull, 'created_at'),
    },
  }
}

/** `deployment` asks for a promotion; entries of its payload become parameters. */
function deploymentEvent(body: unknown): HookEvent {
  const one = at(body, 'deployment')
  const sha = shaAt(one, 'sha')
  const target = textAt(one, 'environment')
  if (!sha || !target) return { kind: 'ignored', why: 'it names no commit or no environment' }
  const stated = textAt(one, 'ref') ?? ''
  return {
    kind: 'deployment',
    sha,
    target,
    ref: stated.startsWith('refs/') ? stated : /^[0-9a-f]{40}$/.test(stated) || !stated ? '' : `refs/heads/${stated}`,
    parameters: parametersFrom(at(one, 'payload')),
    by: textAt(one, 'creator', 'login') ?? textAt(body, 'sender', 'login'),
    message: textAt(one, 'description'),
  }
}

/** GitHub sends the payload as an object or as JSON in a text. */
function parametersFrom(payload: unknown): Record<string, string> {
  const value = typeof payload === 'string' ? parsed(payload) : payload
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {}
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) =>
      ['string', 'number', 'boolean'].includes(typeof one) ? [[key, String(one)]] : [],
    ),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined // free text: no parameters
    throw error
  }
}
