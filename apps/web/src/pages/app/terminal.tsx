import { Suspense, useMemo } from 'react'
import { namespaceOf } from '../../data/app-detail.ts'
import { useManyObjects } from '../../data/live.ts'
import { useMays } from '../../data/permissions.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import type { PodLike } from '../../data/pod.ts'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { lazily } from '../../parts/lazily.ts'
import { Loaded, Loading } from '../../parts/loaded.tsx'

const Terminals = lazily(() => import('../../parts/terminal.tsx'), 'Terminals')

/** Terminals in the instances of an app, of every environment where the user may open one. */
export function Terminal({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const spaces = [...new Set(data.environments.map(({ environment }) => namespaceOf(project, environment)))]
  const mays = useMays(spaces.map((namespace) => ({ verb: 'create', group: '', resource: 'pods/exec', namespace })))
  const allowed = spaces.filter((_, i) => mays[i])
  const pods = useManyObjects<PodLike>(
    allowed.map((namespace) => ({
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`,
      labels: `sampan.dev/app=${app},sampan.dev/project=${project}`,
    })),
  )
  const living = useMemo(() => pods.items.filter(({ metadata }) => !metadata.deletionTimestamp), [pods.items])
  if (mays.includes(undefined)) return <Loading />
  if (spaces.length > 0 && allowed.length === 0) return <Empty title={t('common.notAllowed')} />
  return (
    <Loaded query={pods}>
      {() => (
        <Suspense fallback={<Loading />}>
          <Terminals pods={living} />
        </Suspense>
      )}
    </Loaded>
  )
}
