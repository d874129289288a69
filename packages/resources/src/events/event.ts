import type { EventsV1Event } from '@kubernetes/client-node'
import { type Event as CoreEvent, event as coreEvent } from '../core/event.ts'
import { type Definition, defineResource } from '../define.ts'
import type { BuiltIn, KubeObject } from '../meta.ts'
import { decodeEvent, encodeEvent } from './event-conversion.ts'

/** The same objects as core/v1 events, under newer names. */
export type Event = BuiltIn<EventsV1Event>

export const event = defineResource<Event>({
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  nameLast: true,
  storedAs: {
    definition: coreEvent as unknown as Definition,
    encode: encodeEvent,
    decode: (stored: KubeObject) => decodeEvent(stored as CoreEvent),
  },
  columns: coreEvent.columns.map((column) => ({ ...column, value: (one, now) => column.value(encodeEvent(one), now) })),
  fields: Object.fromEntries(
    Object.entries(coreEvent.fields).map(([path, read]) => [
      path.replace('involvedObject', 'regarding').replace(/^reportingComponent$/, 'reportingController'),
      (one: Event) => read(encodeEvent(one)),
    ]),
  ),
})
