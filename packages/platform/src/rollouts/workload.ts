import type { DaemonSet } from '@sampan/resources/apps/daemon-set'
import type { Deployment } from '@sampan/resources/apps/deployment'
import type { StatefulSet } from '@sampan/resources/apps/stateful-set'

/** How far the cluster is with one workload of a release. */
export interface Progress {
  isDone: boolean
  ready: number
  replicas: number
  /** Kubernetes itself gave up waiting (`progressDeadlineSeconds`). */
  isOverdue: boolean
  /** As `2 of 3 new instances ready`. */
  message: string
}

/** As `kubectl rollout status` decides: the new pods are all there and available, the old ones are gone. */
export function deploymentProgress({ metadata, spec, status = {} }: Deployment): Progress {
  const replicas = spec.replicas ?? 1
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const updated = status.updatedReplicas ?? 0
  const available = status.availableReplicas ?? 0
  const old = (status.replicas ?? 0) - updated
  const ready = Math.min(updated, Math.max(0, available - old))
  return {
    isDone: isSeen && updated >= replicas && old <= 0 && available >= replicas && (status.replicas ?? 0) <= replicas,
    ready,
    replicas,
    isOverdue:
      isSeen &&
      status.conditions?.some((one) => one.type === 'Progressing' && one.reason === 'ProgressDeadlineExceeded') ===
        true,
    message: !isSeen
      ? 'new instances are being made'
      : old > 0 && ready >= replicas
        ? `${old} old ${old === 1 ? 'instance' : 'instances'} still ending`
        : `${ready} of ${replicas} new ${replicas === 1 ? 'instance' : 'instances'} ready`,
  }
}

export function statefulSetProgress({ metadata, spec, status }: StatefulSet): Progress {
  const replicas = spec.replicas ?? 1
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const updated = status?.updatedReplicas ?? 0
  const ready = status?.readyReplicas ?? 0
  return {
    isDone: isSeen && updated >= replicas && ready >= replicas && (status?.replicas ?? 0) <= replicas,
    ready: Math.min(updated, ready),
    replicas,
    isOverdue: false,
    message: `${Math.min(updated, ready)} of ${replicas} new instances ready`,
  }
}

export function daemonSetProgress({ metadata, status }: DaemonSet): Progress {
  const replicas = status?.desiredNumberScheduled ?? 0
  const isSeen = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  const updated = status?.updatedNumberScheduled ?? 0
  const ready = status?.numberAvailable ?? 0
  return {
    isDone: isSeen && updated >= replicas && ready >= replicas,
    ready: Math.min(updated, ready),
    replicas,
    isOverdue: false,
    message: `${Math.min(updated, ready)} of ${replicas} new instances ready`,
  }
}
