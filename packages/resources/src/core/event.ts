import type { CoreV1Event } from '@kubernetes/client-node'
import { defineResource } from '../define.ts'
import { child } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { eventColumns } from './event-columns.ts'

export type Event = BuiltIn<CoreV1Event>

export const event = defineResource<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  createsOnUpdate: true,
  nameLast: true,
  fields: {
    'involvedObject.kind': (one) => one.involvedObject.kind ?? '',
    'involvedObject.namespace': (one) => one.involvedObject.namespace ?? '',
    'involvedObject.name': (one) => one.involvedObject.name ?? '',
    'involvedObject.uid': (one) => one.involvedObject.uid ?? '',
    'involvedObject.apiVersion': (one) => one.involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': (one) => one.involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': (one) => one.involvedObject.fieldPath ?? '',
    reason: (one) => one.reason ?? '',
    reportingComponent: (one) => one.reportingComponent ?? '',
    source: (one) => one.source?.component || one.reportingComponent || '',
    type: (one) => one.type ?? '',
  },
  defaults: (one) => void child(one, 'involvedObject'),
  columns: eventColumns,
})
