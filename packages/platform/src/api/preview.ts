import { route } from '@sampan/http/route'
import { mergePatch } from '@sampan/kit/merge-patch'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { appTemplate } from '@sampan/resources/sampan/app-template'
import { environment } from '@sampan/resources/sampan/environment'
import { release } from '@sampan/resources/sampan/release'
import { rollout } from '@sampan/resources/sampan/rollout'
import { anything } from '@sampan/resources/schema'
import { baseOf, nextRelease } from '../apps/next-release.ts'
import { TemplateError } from '../releases/documents.ts'
import { releaseFrom } from '../releases/make.ts'
import { releaseDiff } from '../releases/release-diff.ts'
import { inEnvironment, releasesOf } from '../rollouts/history.ts'
import { checked, found } from './apps.ts'
import { type ApiContext, all } from './context.ts'

/** What a change of parameters would become, without making it: staged changes are looked at before they are released. */
export const previewRoutes = (context: ApiContext) => [
  route({
    method: 'POST',
    path: '/api/projects/:project/apps/:app/preview',
    allow: { verb: 'get', on: app },
    body: anything(),
    handle({ params, body }) {
      const one = found(context, params)
      const parameters = checked(mergePatch(one.spec.parameters, body))
      const changed = { ...one, spec: { ...one.spec, parameters } }
      const releases = releasesOf(all(context, release, params.project), params.app)
      const rollouts = all(context, rollout, params.project).filter((each) => each.spec.app === params.app)
      const { release: wanted } = nextRelease({ app: changed, pipelines: [], releases, rollouts })
      const newest = releases.at(-1)
      const before = baseOf(releases, rollouts)?.release
      if (!wanted || !newest || !before) return { environments: [] }
      const made = rendered(() =>
        releaseFrom({
          app: changed,
          number: newest.spec.number + 1,
          wanted,
          environments: all(context, environment, params.project).filter(
            ({ status }) => status?.namespace && status.domain,
          ),
          template: context.caches.of(appTemplate).get({ name: changed.spec.template })?.spec.template,
          before,
        }),
      )
      return {
        reason: wanted.reason,
        environments: made.spec.environments.map(({ name, yaml }) => ({
          name,
          diff: releaseDiff(inEnvironment(before, name)?.yaml ?? '', yaml),
        })),
      }
    },
  }),
]

/** A service type that cannot be filled in is the caller's problem, in its own words. */
function rendered<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    if (error instanceof TemplateError) throw new StatusError('Invalid', error.message, undefined, { cause: error })
    throw error
  }
}
