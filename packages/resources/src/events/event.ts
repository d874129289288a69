import type { EventsV1Event } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'

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
})
