import type { HookEvent } from '../hook-event.ts'
import { deleteEvent, pullRequestEvent, pushEvent } from './github.ts'

/** Gitea and Forgejo. `pull_request_sync` is what some versions call new commits of a pull request. */
export function giteaEvent(event: string, body: unknown): HookEvent {
  switch (event) {
    case 'push':
      return pushEvent(body)
    case 'pull_request':
    case 'pull_request_sync':
      return pullRequestEvent(body)
    case 'delete':
      return deleteEvent(body)
    case 'create':
      return { kind: 'ignored', why: 'the push event tells of new branches and tags' }
    default:
      return { kind: 'ignored', why: `events "${event}" start nothing here` }
  }
}
