import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, event, type Plan, remove } from '@sampan/control/plan'
import { type App, app } from '@sampan/resources/sampan/app'
import { type Environment, environment } from '@sampan/resources/sampan/environment'
import { branchIn } from '../sources/intake.ts'
import { matchesAny } from '../sources/patterns.ts'

/** Removes preview environments whose time is over, or whose app no longer wants them. */
export const previewController = (): Controller =>
  controller<Environment>({
    name: 'preview',
    component: 'sampan',
    kind: environment,
    watches: [
      watch(app, (one, snapshot) =>
        snapshot
          .list(environment, one.metadata.namespace)
          .filter(({ spec }) => spec.preview?.app === one.metadata.name)
          .map(({ metadata }) => metadata),
      ),
    ],
    reconcile: reconcilePreview,
  })

export function reconcilePreview(one: Environment, snapshot: Snapshot): Plan {
  const { preview } = one.spec
  if (!preview || one.metadata.deletionTimestamp) return []
  const owner = snapshot.get(app, { namespace: one.metadata.namespace, name: preview.app })
  const leftMs = preview.until ? Date.parse(preview.until) - snapshot.now.getTime() : undefined
  const why =
    !owner || owner.metadata.deletionTimestamp
      ? `its app ${preview.app} is gone`
      : !isWanted(owner, preview)
        ? `${preview.app} asks for no preview of ${preview.ref} any more`
        : leftMs !== undefined && leftMs <= 0
          ? `nothing was pushed to ${preview.ref} for long enough`
          : undefined
  if (why) return [event(one, 'Normal', 'PreviewEnded', `Removed, because ${why}.`), remove(environment, one)]
  return leftMs === undefined ? [] : [again(Math.min(leftMs + 1000, 3600_000))]
}

function isWanted({ spec }: App, { pullRequest, ref }: NonNullable<Environment['spec']['preview']>): boolean {
  if (pullRequest !== undefined) return spec.previews?.pullRequests === true
  const branch = branchIn(ref)
  return branch !== undefined && branch !== spec.source.branch && matchesAny(spec.previews?.branches ?? [], branch)
}
