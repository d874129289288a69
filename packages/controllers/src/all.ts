import type { Client } from '@sampan/client/client'
import type { Controller, Part } from '@sampan/control/controller'
import type { Log } from '@sampan/kit/log'
import { certificateRequests, type Sign } from './certificate-request.ts'
import { cronJobs, ttlAfterFinished } from './cron-job.ts'
import { daemonSets } from './daemon-set.ts'
import { deployments } from './deployment.ts'
import { endpointMirrors } from './endpoint-mirror.ts'
import { endpointSlices } from './endpoint-slice.ts'
import { endpointsObjects } from './endpoints.ts'
import { ephemeralVolumes } from './ephemeral-volume.ts'
import { garbageCollector } from './garbage-collector.ts'
import { horizontalPodAutoscalers } from './horizontal-pod-autoscaler.ts'
import { jobs } from './job.ts'
import { localVolumes } from './local-volumes.ts'
import { namespaces } from './namespace.ts'
import { nodeLifecycle } from './node-lifecycle.ts'
import { persistentVolumes } from './persistent-volume.ts'
import { persistentVolumeClaims } from './persistent-volume-claim.ts'
import { podDisruptionBudgets } from './pod-disruption-budget.ts'
import { podGc } from './pod-gc.ts'
import { replicaSets } from './replica-set.ts'
import { replicationControllers } from './replication-controller.ts'
import { serviceAccounts } from './service-account.ts'
import { statefulSets } from './stateful-set.ts'
import { taintEviction } from './taint-eviction.ts'
import { volumeAttachments } from './volume-attachment.ts'

export interface ControllersOptions {
  client: Client
  /** PEM of the certificate authority of the API server. */
  ca: string
  log?: Log
  /** Folder on this machine for the volumes of class `local`; without one there is no such class. */
  volumesFolder?: string
  /** Signs approved CertificateSigningRequests; without it they stay unsigned. */
  sign?: Sign
}

/** Everything the engine runs, for `runControllers`. */
export const controllers = ({
  client,
  ca,
  volumesFolder,
  sign,
}: ControllersOptions): readonly (Controller | Part)[] => [
  deployments,
  replicaSets,
  replicationControllers,
  statefulSets,
  daemonSets,
  jobs,
  cronJobs,
  ttlAfterFinished,
  endpointSlices,
  endpointsObjects,
  endpointMirrors,
  serviceAccounts(ca),
  namespaces(client),
  horizontalPodAutoscalers(client),
  podDisruptionBudgets,
  podGc(),
  nodeLifecycle(),
  taintEviction,
  persistentVolumeClaims,
  persistentVolumes,
  ephemeralVolumes,
  volumeAttachments,
  ...(volumesFolder ? localVolumes(volumesFolder) : []),
  ...(sign ? [certificateRequests(sign)] : []),
  garbageCollector,
]
