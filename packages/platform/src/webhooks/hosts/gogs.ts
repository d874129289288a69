import { type HookEvent, shaAt, textAt } from '../hook-event.ts'
import { deleteEvent, pullRequestEvent, pushEvent } from './github.ts'

/** Gogs. It tells of tags by `create` only, in older versions without their commit, and of deletions by `delete` only. */
export function gogsEvent(event: string, body: unknown): HookEvent {
  switch (event) {
    case 'push': {
      const found = pushEvent(body)
      // Newer versions push tags too: the one event per tag is `create`.
      return found.kind === 'push' && found.ref.startsWith('refs/tags/')
        ? { kind: 'ignored', why: 'the create event tells of tags' }
        : found
    }
    case 'pull_request':
      return pullRequestEvent(body)
    case 'create':
      return createEvent(body)
    case 'delete':
      return deleteEvent(body)
    default:
      return { kind: 'ignored', why: `events "${event}" start nothing here` }
  }
}

function createEvent(body: unknown): HookEvent {
  const name = textAt(body, 'ref')
  if (!name || textAt(body, 'ref_type') !== 'tag') return { kind: 'ignored', why: 'the push event tells of branches' }
  const login = textAt(body, 'sender', 'login') ?? textAt(body, 'sender', 'username')
  return {
    kind: 'push',
    ref: `refs/tags/${name}`,
    sha: shaAt(body, 'sha'),
    by: login,
    commit: { login, avatar: textAt(body, 'sender', 'avatar_url') },
  }
}
