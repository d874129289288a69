import type { Environment } from '@sampan/resources/sampan/environment'
import { isForPreview, makesRelease } from './makes-release.ts'
import type { Known } from './next-release.ts'

/** What is known for one purpose, and the environments it is for. */
export interface Purpose extends Known {
  environments: readonly Environment[]
}

/** The project's own environments: no run, release or rollout of a preview is any news there. */
export function purposeOf({ app, pipelines, releases, rollouts, environments }: Purpose): Purpose {
  const previewed = new Set(releases.flatMap(({ metadata, spec }) => (spec.preview ? [metadata.name] : [])))
  return {
    app,
    pipelines: pipelines.filter((one) => makesRelease(one, app)),
    releases: releases.filter((one) => !previewed.has(one.metadata.name)),
    rollouts: rollouts.filter((one) => !previewed.has(one.spec.release)),
    environments: environments.filter((one) => !one.spec.preview),
  }
}

/** One for each preview environment of the app: only runs of its ref, only releases that were made for it. */
export function previewsOf({ app, pipelines, releases, rollouts, environments }: Purpose): Purpose[] {
  return environments.flatMap((one) => {
    const { spec, metadata } = one
    if (spec.preview?.app !== app.metadata.name) return []
    const { ref } = spec.preview
    return [
      {
        app,
        preview: metadata.name,
        pipelines: pipelines.filter((run) => isForPreview(run, ref)),
        releases: releases.filter((made) => made.spec.preview === metadata.name),
        rollouts: rollouts.filter((each) => each.spec.environment === metadata.name),
        environments: [one],
      },
    ]
  })
}
