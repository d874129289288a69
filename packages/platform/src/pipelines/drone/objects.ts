import { createHash } from 'node:crypto'
import { remove, type Step } from '@sampan/control/plan'
import { type ConfigMap, configMap } from '@sampan/resources/core/config-map'
import { type PersistentVolumeClaim, persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { type NetworkPolicy, networkPolicy } from '@sampan/resources/networking/network-policy'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace } from '../../config.ts'
import { appLabel, projectLabel } from '../../labels.ts'
import { pipelineLabel, pullName, stageLabel, stageObjectName, valuesName } from '../names.ts'
import { base64 } from '../pods.ts'

/** On claims: a cache that outlasts its run, and when it was last mounted. */
export const cacheLabel = 'sampan.dev/cache'

const labelsOf = (one: Pipeline) => ({
  [projectLabel]: one.metadata.namespace ?? '',
  [appLabel]: one.spec.app,
  [pipelineLabel]: one.metadata.name,
})

const named = (one: Pipeline, name: string) => ({ name, namespace: buildNamespace, labels: labelsOf(one) })

/** The labels that tell the pods of one stage from all others. */
export const stageLabels = (one: Pipeline, stage: number) => ({
  ...labelsOf(one),
  [stageLabel]: stageObjectName(one, stage),
})

/** The one volume that all steps of a stage share: workspace and temporary volumes. */
export const workspaceClaim = (one: Pipeline, stage: number, disk: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: named(one, stageObjectName(one, stage)),
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: disk } } },
})

/** The scripts of a stage's steps, by their number. */
export const scriptsConfigMap = (one: Pipeline, stage: number, scripts: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: named(one, stageObjectName(one, stage)),
  data: scripts,
})

/** Everything of a run that must not be read by others. */
export const valuesSecret = (one: Pipeline, values: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: named(one, valuesName(one)),
  data: base64(values),
})

/** What images of steps are pulled with. */
export const pullSecret = (one: Pipeline, configJson: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/dockerconfigjson',
  metadata: named(one, pullName(one)),
  data: base64({ '.dockerconfigjson': configJson }),
})

/** Steps of a stage reach its services, and nobody else does. */
export const stagePolicy = (one: Pipeline, stage: number) => {
  const selector = { matchLabels: { [stageLabel]: stageObjectName(one, stage) } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: named(one, stageObjectName(one, stage)),
    spec: {
      podSelector: selector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: selector }] }],
      egress: [{ to: [{ podSelector: selector }] }],
    },
  }
}

/** A declared cache of an app: the same for every run. */
export const cacheClaimName = (one: Pipeline, volume: string) =>
  `cache-${createHash('sha256').update(`${one.metadata.namespace}/${one.spec.app}/${volume}`).digest('hex').slice(0, 24)}`

export const cacheClaim = (one: Pipeline, volume: string, size: string, now: Date) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: {
    name: cacheClaimName(one, volume),
    namespace: buildNamespace,
    labels: { [projectLabel]: one.metadata.namespace ?? '', [appLabel]: one.spec.app, [cacheLabel]: 'true' },
    annotations: { 'sampan.dev/volume': volume, 'sampan.dev/used-at': now.toISOString() },
  },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
})

/** Claim, scripts and network policy of one stage. */
export function removeStageObjects(one: Pipeline, number: number): Step[] {
  const metadata = { name: stageObjectName(one, number), namespace: buildNamespace }
  return [
    remove(persistentVolumeClaim, { metadata } as PersistentVolumeClaim),
    remove(configMap, { metadata } as ConfigMap),
    remove(networkPolicy, { metadata } as NetworkPolicy),
  ]
}
