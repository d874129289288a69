import { Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { useMemo } from 'react'
import { type ClusterEvent, grouped } from '../../data/events.ts'
import { useObjects } from '../../data/live.ts'
import { EventList } from '../../parts/event-list.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'

/** What was reported about one object. Those about cluster-wide objects are kept in the namespace `default`. */
export function Events({ object }: { object: KubeObject }) {
  const { t } = useWords()
  const { name, namespace = 'default' } = object.metadata
  const events = useObjects<ClusterEvent>({
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    fields: `involvedObject.kind=${object.kind},involvedObject.name=${name}`,
  })
  const groups = useMemo(() => grouped(events.items), [events.items])
  return (
    <Loaded
      query={events}
      isEmpty={() => groups.length === 0}
      empty={
        <Text size="sm" c="dimmed">
          {t('object.noEvents')}
        </Text>
      }
    >
      {() => <EventList groups={groups} />}
    </Loaded>
  )
}
