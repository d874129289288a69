import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Release } from '@sampan/resources/sampan/release'

/** The release of the run a promotion came from, however often that was promoted or started again. Lists may hold other apps' too. */
export function releaseBrought(
  { app, parent }: Pick<Pipeline['spec'], 'app' | 'parent'>,
  all: { releases: readonly Release[]; runs: readonly Pipeline[] },
): Release | undefined {
  const releases = all.releases.filter(({ spec }) => spec.app === app && !spec.preview)
  const runs = all.runs.filter(({ spec }) => spec.app === app)
  for (let number = parent, steps = 0; number !== undefined && steps < 100; steps++) {
    const run = runs.find(({ spec }) => spec.number === number)
    // Of several made of one run, by changes of parameters, the first is what it made.
    const found = releases.filter(({ spec }) => run && spec.pipeline === run.metadata.name)
    const [first] = found.toSorted((a, b) => a.spec.number - b.spec.number)
    if (first) return first
    number = run?.spec.parent
  }
  return undefined
}

/** Why a release cannot go to an environment that was created after it. */
export const notMadeFor = ({ spec }: Release, target: string): string => {
  const run = /-(\d+)$/.exec(spec.pipeline ?? '')?.[1]
  return `Release ${spec.number} was not made for ${target}, which is newer: run pipeline ${run ?? 'it came from'} again (sampan pipelines restart${run ? ` ${run}` : ''}), then promote that run.`
}
