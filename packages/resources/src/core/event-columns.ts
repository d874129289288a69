import { since } from '../columns.ts'
import type { Column } from '../define.ts'
import type { Event } from './event.ts'

const firstSeen = (one: Event, now: Date) => since(one.firstTimestamp ?? one.eventTime, now)

const lastSeen = (one: Event, now: Date) =>
  one.series?.lastObservedTime
    ? since(one.series.lastObservedTime, now)
    : one.lastTimestamp
      ? since(one.lastTimestamp, now)
      : firstSeen(one, now)

function sourceText({ source, reportingComponent, reportingInstance }: Event): string {
  const [component, host] = source?.component
    ? [source.component, source.host]
    : [reportingComponent ?? '', reportingInstance]
  return host ? `${component}, ${host}` : component
}

export const eventColumns: readonly Column<Event>[] = [
  { name: 'Last Seen', value: lastSeen },
  { name: 'Type', value: (one) => one.type },
  { name: 'Reason', value: (one) => one.reason },
  { name: 'Object', value: ({ involvedObject: { kind = '', name = '' } }) => `${kind.toLowerCase()}/${name}` },
  { name: 'Subobject', wide: true, value: (one) => one.involvedObject.fieldPath },
  { name: 'Source', wide: true, value: sourceText },
  { name: 'Message', value: (one) => one.message?.trim() },
  { name: 'First Seen', wide: true, value: firstSeen },
  { name: 'Count', wide: true, value: (one) => one.series?.count ?? (one.count || 1) },
]
