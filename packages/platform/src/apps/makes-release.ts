import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'

/** The branch a run is about; undefined for tags and pull requests. */
export const branchOf = ({ spec }: Pick<Pipeline, 'spec'>): string | undefined =>
  /^refs\/heads\/(.+)$/.exec(spec.commit.ref)?.[1] ?? (spec.event === 'pull_request' ? undefined : spec.branch)

/**
 * Whether the image a run makes becomes a release for the project's environments: what happens on the app's branch and on
 * tags, and what somebody asked for. Pull requests and other branches go to previews at most; promotions and rollbacks
 * bring a release that is there already somewhere else.
 */
export function makesRelease(one: Pick<Pipeline, 'spec'>, app: App): boolean {
  const { event, deploy } = one.spec
  if (deploy === false) return false
  switch (event) {
    case 'manual':
    case 'tag':
      return true
    case 'push':
    case 'cron':
    case 'custom':
      return branchOf(one) === app.spec.source.branch
    default:
      return false
  }
}

/** Whether the image a run makes is for the preview environment of this ref. */
export const isForPreview = ({ spec }: Pick<Pipeline, 'spec'>, ref: string): boolean =>
  spec.deploy !== false && spec.commit.ref === ref && (spec.event === 'push' || spec.event === 'pull_request')
