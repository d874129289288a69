import { rm } from 'node:fs/promises'
import { type Controller, controller } from '@sampan/control/controller'
import { type Plan, patch } from '@sampan/control/plan'
import { type App, app } from '@sampan/resources/sampan/app'
import type { Repositories } from './repositories.ts'

/** Keeps an App until its repository is gone: an app made later under the same name must not find old code. */
export const repositoryFinalizer = 'sampan.dev/repository'

export interface RepositoryOptions {
  repositories: Pick<Repositories, 'remove'>
  /** Folder of the app's build cache, which goes along. */
  cacheOf(project: string, app: string): string
}

export const repositoryController = (options: RepositoryOptions): Controller =>
  controller<App>({
    name: 'repository',
    component: 'sampan',
    kind: app,
    reconcile: (one) => reconcileRepository(one, options),
  })

export async function reconcileRepository(one: App, { repositories, cacheOf }: RepositoryOptions): Promise<Plan> {
  const { name, namespace = '', finalizers = [], resourceVersion, deletionTimestamp } = one.metadata
  const isKept = finalizers.includes(repositoryFinalizer)
  const write = (next: string[]) =>
    patch(app, { name, namespace }, { metadata: { finalizers: next, resourceVersion } }, { unless: 'NotFound' })
  if (!deletionTimestamp) return isKept ? [] : [write([...finalizers, repositoryFinalizer])]
  if (!isKept) return []
  await repositories.remove({ project: namespace, app: name })
  await rm(cacheOf(namespace, name), { recursive: true, force: true })
  return [write(finalizers.filter((each) => each !== repositoryFinalizer))]
}
