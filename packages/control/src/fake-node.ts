import { rfc3339 } from '@sampan/resources/conditions'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { type Controller, controller } from './controller.ts'
import { type Plan, remove, status } from './plan.ts'

/**
 * A node agent without containers, for tests of everything above it: bound pods are Running and Ready at once with an
 * address, leaving ones are gone at once. A pod annotated `test/outcome: Succeeded` (or Failed) ends that way;
 * `test/outcome: Waiting` never becomes ready.
 */
export function fakeNode(options: { bindsTo?: string } = {}): Controller {
  let addresses = 0
  return controller<Pod>({
    name: 'fake-node',
    kind: pod,
    workers: 16,
    reconcile(one, { now }): Plan {
      const { metadata, spec } = one
      if (metadata.deletionTimestamp) return [remove(pod, one, { graceSeconds: 0 })]
      if (!spec.nodeName && !options.bindsTo) return []
      if (one.status?.phase !== undefined && one.status.phase !== 'Pending') return []
      const outcome = metadata.annotations?.['test/outcome']
      if (outcome === 'Waiting') return []
      const isOver = outcome === 'Succeeded' || outcome === 'Failed'
      const podIP = `10.130.${++addresses >> 8}.${addresses & 255}`
      const ready = { status: isOver ? 'False' : 'True', lastTransitionTime: rfc3339(now) }
      const others = (one.status?.conditions ?? []).filter(({ type }) => type === 'PodScheduled')
      return [
        status(pod, one, {
          ...one.status,
          phase: isOver ? outcome : 'Running',
          podIP,
          podIPs: [{ ip: podIP }],
          startTime: one.status?.startTime ?? rfc3339(now),
          conditions: [...others, { type: 'Ready', ...ready }, { type: 'ContainersReady', ...ready }],
          containerStatuses: spec.containers.map(({ name, image = '' }) => ({
            name,
            image,
            imageID: '',
            ready: !isOver,
            restartCount: 0,
            state: isOver
              ? { terminated: { exitCode: outcome === 'Failed' ? 1 : 0, finishedAt: rfc3339(now) } }
              : { running: { startedAt: rfc3339(now) } },
          })),
        }),
      ]
    },
  })
}
