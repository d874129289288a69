import type { KubeObject } from '@sampan/resources/meta'

/** An event of the core group; those reported by newer clients have a series and `eventTime`. */
export interface ClusterEvent extends KubeObject {
  type?: string
  reason?: string
  message?: string
  count?: number
  firstTimestamp?: string | null
  lastTimestamp?: string | null
  eventTime?: string | null
  series?: { count?: number; lastObservedTime?: string } | null
  source?: { component?: string }
  reportingComponent?: string
  involvedObject: { apiVersion?: string; kind?: string; namespace?: string; name?: string; uid?: string }
}

/** What happened to one object for one reason, however often it was told. */
export interface EventGroup {
  key: string
  type: string
  reason: string
  /** The newest. */
  message: string
  count: number
  /** When it was told last. */
  time: string
  about: ClusterEvent['involvedObject']
  by: string
}

export const timeOf = (event: ClusterEvent): string =>
  event.series?.lastObservedTime ??
  event.lastTimestamp ??
  event.eventTime ??
  event.firstTimestamp ??
  event.metadata.creationTimestamp ??
  ''

const countOf = ({ series, count }: ClusterEvent) => series?.count ?? count ?? 1

/** Events by what they are about and why, the newest first. */
export function grouped(events: readonly ClusterEvent[]): EventGroup[] {
  const groups = new Map<string, EventGroup>()
  for (const event of events) {
    const { involvedObject: about, type = 'Normal', reason = '', message = '' } = event
    const key = [about.kind, about.namespace, about.name, type, reason].join('\n')
    const time = timeOf(event)
    const before = groups.get(key)
    const isNewer = !before || time >= before.time
    groups.set(key, {
      key,
      type,
      reason,
      about,
      message: isNewer ? message : before.message,
      time: isNewer ? time : before.time,
      count: (before?.count ?? 0) + countOf(event),
      by: event.source?.component || event.reportingComponent || before?.by || '',
    })
  }
  return [...groups.values()].sort((a, b) => b.time.localeCompare(a.time))
}
