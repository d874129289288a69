import { Anchor, Group, Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { request } from '../../data/api.ts'
import type { ApiKind } from '../../data/discovery.ts'
import type { ClusterEvent } from '../../data/events.ts'
import { useObjects } from '../../data/live.ts'
import { hrefOf, kubePath, targetOf } from '../../data/object.ts'
import { containersOf, type PodLike } from '../../data/pod.ts'
import { newestFirst, troubleOf } from '../../data/pod-trouble.ts'
import { whyText } from '../../data/why-phrases.ts'
import { useWords } from '../../parts/language.tsx'

const shownLines = 6

/** The events of one pod, as `object-events.tsx` asks for them too. */
const eventsOf = ({ metadata: { name, namespace = 'default' } }: KubeObject) => ({
  path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
  fields: `involvedObject.kind=Pod,involvedObject.name=${name}`,
})

/** Why a pod is not what it should be, in one sentence with what to do; nothing when all is well. */
export function PodWhy({ kind, pod }: { kind: ApiKind; pod: PodLike }) {
  const { language } = useWords()
  const events = useObjects<ClusterEvent>(eventsOf(pod))
  const trouble = useMemo(() => troubleOf(pod, newestFirst(events.items)), [pod, events.items])
  if (!trouble) return null
  const { why, detail, container, isPrevious = false, isWaiting } = trouble
  const target = targetOf(kind, pod)
  return (
    <div className="banner" data-bad={!isWaiting || undefined} role="status">
      <Text size="sm" fw={600} className="name">
        {whyText(language, why)}
      </Text>
      {detail && <p className="why-detail name">{detail}</p>}
      {container && (
        <LastLines pod={pod} path={kubePath(target, 'log')} container={container} isPrevious={isPrevious} />
      )}
      {container && (
        <Group mt="xs">
          <Anchor
            component={Link}
            size="sm"
            href={`${hrefOf(target, 'logs')}&container=${encodeURIComponent(container)}${isPrevious ? '&previous=true' : ''}`}
          >
            {whyText(language, { key: 'logs' })}
          </Anchor>
        </Group>
      )}
    </div>
  )
}

interface LastLinesProps {
  pod: PodLike
  path: string
  container: string
  isPrevious: boolean
}

/** What the container wrote last: nothing where that cannot be had. */
function LastLines({ pod, path, container, isPrevious }: LastLinesProps) {
  const { language } = useWords()
  const restarts = containersOf(pod).find(({ name }) => name === container)?.restarts ?? 0
  const lines = useQuery({
    queryKey: ['last-lines', path, container, isPrevious, restarts],
    retry: false,
    queryFn: async ({ signal }) => {
      const query = new URLSearchParams({
        container,
        tailLines: String(shownLines),
        limitBytes: '20000',
        ...(isPrevious && { previous: 'true' }),
      })
      return (await (await request(`${path}?${query}`, { signal })).text()).trimEnd()
    },
  })
  if (!lines.data) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section className="why-lines" tabIndex={0} aria-label={whyText(language, { key: 'lastLines' })}>
      {lines.data}
    </section>
  )
}
