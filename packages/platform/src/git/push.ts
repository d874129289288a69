import type { App } from '@sampan/resources/sampan/app'

/** One ref of a push, as git hands it to a hook. */
export interface Update {
  before: string
  after: string
  ref: string
}

export type PushStep =
  /** Build this commit. */
  | { do: 'build'; update: Update }
  /** Nothing to do but to say so. */
  | { do: 'say'; text: string }

const isZero = (sha: string) => /^0+$/.test(sha)

/** What a push means: the app's branch is built, everything else is only kept, and the pusher is told which. */
export function stepsOf(updates: readonly Update[], app: App): PushStep[] {
  const { branch, type } = app.spec.source
  const name = app.metadata.name
  return updates.map((update): PushStep => {
    const pushed = /^refs\/heads\/(.+)$/.exec(update.ref)?.[1]
    if (isZero(update.after)) {
      const what = pushed ? `Branch ${pushed}` : update.ref
      const still = pushed === branch ? ` ${name} keeps running as it is.` : ''
      return { do: 'say', text: `${what} was deleted here.${still}` }
    }
    if (type !== 'git') {
      return {
        do: 'say',
        text: `Kept, but not deployed: ${name} runs an image (source.type is ${type}), not this repository.`,
      }
    }
    if (pushed === branch) return { do: 'build', update }
    if (pushed === undefined)
      return { do: 'say', text: `${update.ref} is kept; ${name} deploys from branch ${branch}.` }
    return {
      do: 'say',
      text: `Branch ${pushed} is kept, but ${name} deploys from ${branch}. To deploy it: git push sampan ${pushed}:${branch}`,
    }
  })
}
