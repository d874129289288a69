import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { isPreviewed } from '../sources/intake.ts'

/** What the image of a run is for: the app's next release, a preview environment, or nothing. */
export type Purpose = 'release' | 'preview' | 'none'

/** Whether a run may lead to a release. */
export function purposeOf(app: App, { spec }: Pick<Pipeline, 'spec'>): Purpose {
  if (spec.deploy === false) return 'none'
  if (isPreviewed(app, spec)) return 'preview'
  const branch = spec.branch ?? /^refs\/heads\/(.+)$/.exec(spec.commit.ref)?.[1]
  switch (spec.event) {
    case 'tag':
      return 'release'
    case 'push':
    case 'manual':
    case 'custom':
    case 'cron':
      return branch === app.spec.source.branch ? 'release' : 'none'
    default:
      return 'none'
  }
}

/** Whether an image is built by itself when the file pushes none: what is pushed to the app's branch is to run. */
export const wantsImage = (app: App, one: Pick<Pipeline, 'spec'>) =>
  purposeOf(app, one) === 'preview' ||
  (purposeOf(app, one) === 'release' && ['push', 'manual'].includes(one.spec.event))
