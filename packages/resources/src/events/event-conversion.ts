import type { Event as CoreEvent } from '../core/event.ts'
import type { Event } from './event.ts'

/** events.k8s.io/v1 → core/v1: field names differ, nothing else does. Absent fields stay absent. */
export function encodeEvent(one: Event): CoreEvent {
  const {
    regarding,
    note,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    reportingController,
    ...same
  } = one
  return present({
    ...same,
    apiVersion: 'v1',
    involvedObject: regarding ?? {},
    message: note,
    source: deprecatedSource,
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
    reportingComponent: reportingController,
  }) as CoreEvent
}

/** core/v1 → events.k8s.io/v1. */
export function decodeEvent(stored: CoreEvent): Event {
  const { involvedObject, message, source, firstTimestamp, lastTimestamp, count, reportingComponent, ...same } = stored
  return present({
    ...same,
    apiVersion: 'events.k8s.io/v1',
    regarding: involvedObject,
    note: message,
    deprecatedSource: source,
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
    reportingController: reportingComponent,
  }) as Event
}

const present = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
