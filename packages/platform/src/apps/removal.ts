import type { Snapshot } from '@sampan/control/controller'
import { type Plan, remove } from '@sampan/control/plan'
import { app } from '@sampan/resources/sampan/app'
import { dnsRecord } from '@sampan/resources/sampan/dns-record'
import { dropFinalizer, hasFinalizer } from '../finalizers.ts'
import { appLabel, projectLabel } from '../labels.ts'
import { documentsFrom, dropped } from '../releases/documents.ts'
import { removeDocument } from '../rollouts/apply.ts'
import type { AppOptions } from './controller.ts'
import type { Known } from './next-release.ts'

export const appFinalizer = 'sampan.dev/app'

/**
 * Takes away everything an app has in its environments: objects of all its releases, names, volumes too. Releases,
 * rollouts and runs belong to the App and go with it.
 */
export async function removeApp(
  { app: one, releases }: Known,
  snapshot: Snapshot,
  options: Pick<AppOptions, 'client' | 'kindOf' | 'forget'>,
): Promise<Plan> {
  const { namespace, name } = one.metadata
  if (!hasFinalizer(one, appFinalizer)) return []
  const everything = releases.flatMap(({ spec }) => spec.environments.flatMap(({ yaml }) => documentsFrom(yaml)))
  for (const document of dropped(everything, [])) await removeDocument(options, document)
  await options.forget?.({ project: namespace ?? '', app: name })
  const names = snapshot
    .list(dnsRecord)
    .filter(({ metadata: { labels } }) => labels?.[appLabel] === name && labels[projectLabel] === namespace)
  return [...names.map((each) => remove(dnsRecord, each)), dropFinalizer(app, one, appFinalizer)]
}
