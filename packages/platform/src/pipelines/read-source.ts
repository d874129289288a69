import type { App } from '@sampan/resources/sampan/app'
import type { AppName, Repositories } from '../git/repositories.ts'
import { detectStack, lookedFor } from './stacks/detect.ts'
import { type Recipe, readFirst, type Source } from './stacks/source.ts'

/** How one commit is built. Decided again from the commit whenever it is needed: the same commit, the same answer. */
export type BuildPlan =
  | { by: 'dockerfile'; path: string; context: string }
  | { by: 'recipe'; recipe: Recipe; context: string }
  /** It cannot be built; why, in one sentence. */
  | { by: 'nothing'; reason: string }

export interface Tree {
  files: readonly string[]
  read(path: string): Promise<string | undefined>
}

/** Looks at the commit's files and a few of their texts. */
export async function buildPlanOf(app: Pick<App, 'spec'>, tree: Tree): Promise<BuildPlan> {
  const { dockerfile, context: given = '' } = app.spec.build ?? {}
  const context = given
    .replace(/^\.?\//, '')
    .replace(/\/$/, '')
    .replace(/^\.$/, '')
  if (tree.files.length === 0) return { by: 'nothing', reason: 'the commit has no files' }
  const below = context ? `${context}/` : ''
  if (below && !tree.files.some((path) => path.startsWith(below))) {
    return { by: 'nothing', reason: `the folder ${context} (build.context of the app) is not in this commit` }
  }
  if (dockerfile) {
    const path = dockerfile.replace(/^\.?\//, '')
    if (tree.files.includes(path)) return { by: 'dockerfile', path, context }
    return { by: 'nothing', reason: `${path} (build.dockerfile of the app) is not in this commit` }
  }
  for (const name of ['Dockerfile', 'Containerfile']) {
    if (tree.files.includes(`${below}${name}`)) return { by: 'dockerfile', path: `${below}${name}`, context }
  }
  const files = tree.files.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length))
  const texts: Source['texts'] = Object.fromEntries(
    await Promise.all(
      readFirst
        .filter((path) => files.includes(path))
        .map(async (path) => [path, (await tree.read(`${below}${path}`)) ?? ''] as const),
    ),
  )
  const recipe = detectStack({ files, texts })
  if (recipe) return { by: 'recipe', recipe, context }
  const other = files.find((path) => /(^|\/)Dockerfile$/.test(path))
  const hint = other ? ` There is ${below}${other}: set build.dockerfile of the app to use it.` : ''
  return {
    by: 'nothing',
    reason: `there is no Dockerfile, and no stack was recognised: looked for ${lookedFor}.${hint}`,
  }
}

export const treeOf = async (repositories: Repositories, name: AppName, sha: string): Promise<Tree> => ({
  files: await repositories.files(name, sha),
  read: (path) => repositories.read(name, sha, path),
})

const remembered = 16

/** A commit is looked at several times in a run and says the same each time. */
export function planReader(repositories: Repositories) {
  const known = new Map<string, BuildPlan>()
  return async (app: App, sha: string): Promise<BuildPlan> => {
    const key = `${app.metadata.uid} ${sha} ${JSON.stringify(app.spec.build ?? {})}`
    const before = known.get(key)
    if (before) return before
    const name = { project: app.metadata.namespace ?? '', app: app.metadata.name }
    const plan = await buildPlanOf(app, await treeOf(repositories, name, sha))
    known.set(key, plan)
    for (const oldest of known.keys()) {
      if (known.size <= remembered) break
      known.delete(oldest)
    }
    return plan
  }
}
