import { Group, Switch, Text, TextInput } from '@mantine/core'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useMemo } from 'react'
import { type ClusterEvent, grouped } from '../../data/events.ts'
import { useObjects } from '../../data/live.ts'
import { useNamespaces } from '../../data/namespaces.ts'
import { useQueryState } from '../../data/query-state.ts'
import { Empty } from '../../parts/empty.tsx'
import { EventList } from '../../parts/event-list.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { NamespaceSelect, useChosenNamespace } from '../../parts/namespace-select.tsx'
import { Page as Frame } from '../../parts/page.tsx'

const shownAtMost = 300

/** What the cluster reports, as it happens: one line for one object and reason. */
export function Page() {
  const { t } = useWords()
  const namespaces = useNamespaces()
  const namespace = useChosenNamespace(namespaces)
  const [wanted, setWanted] = useQueryState('q')
  const [type, setType] = useQueryState('type')
  const events = useObjects<ClusterEvent>(
    namespaces.isKnown
      ? { path: namespace ? `/api/v1/namespaces/${encodeURIComponent(namespace)}/events` : '/api/v1/events' }
      : undefined,
  )
  const groups = useMemo(() => {
    const text = wanted.toLowerCase()
    return grouped(events.items.filter((one) => type === '' || one.type === type)).filter(
      ({ reason, message, about }) =>
        text === '' ||
        `${reason} ${message} ${about.kind}/${about.name} ${about.namespace}`.toLowerCase().includes(text),
    )
  }, [events.items, wanted, type])
  return (
    <Frame title={t('cluster.events')}>
      <Group justify="space-between" gap="xs">
        <Group gap="sm">
          <TextInput
            size="xs"
            w={240}
            leftSection={<MagnifyingGlassIcon />}
            placeholder={t('cluster.eventsFilter')}
            aria-label={t('cluster.eventsFilter')}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <Switch
            size="sm"
            label={t('cluster.warnings')}
            checked={type === 'Warning'}
            onChange={(event) => setType(event.currentTarget.checked ? 'Warning' : '')}
          />
        </Group>
        <NamespaceSelect namespaces={namespaces} />
      </Group>
      <Loaded
        query={events}
        isEmpty={(all) => all.length === 0}
        empty={<Empty title={t('cluster.noEvents')}>{t('cluster.noEventsHelp')}</Empty>}
      >
        {(all) =>
          groups.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('common.noMatch', { text: wanted || t('cluster.warnings') })}
            </Text>
          ) : (
            <div>
              <Text size="xs" c="dimmed" mb="xs" role="status">
                {t('cluster.grouped', { groups: groups.length, events: all.length })}
              </Text>
              <EventList groups={groups.slice(0, shownAtMost)} withObject />
            </div>
          )
        }
      </Loaded>
    </Frame>
  )
}
