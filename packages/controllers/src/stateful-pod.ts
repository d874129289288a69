import type { StatefulSet } from '@sampan/resources/apps/stateful-set'
import { statefulSet } from '@sampan/resources/apps/stateful-set'
import type { Pod, PodTemplate } from '@sampan/resources/core/pod'
import { revisionHashLabel } from './history.ts'
import { podFrom } from './pod-template.ts'

export const podName = ({ metadata }: StatefulSet, ordinal: number) => `${metadata.name}-${ordinal}`

/** The number in a pod's name; undefined when the name is not one of the set's. */
export function ordinalOf({ metadata }: StatefulSet, name: string): number | undefined {
  const prefix = `${metadata.name}-`
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined
}

/** Names of the claims of one pod, by the name of their template. */
export const claimsOf = (set: StatefulSet, ordinal: number): Map<string, string> =>
  new Map(
    (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => [
      metadata?.name ?? '',
      `${metadata?.name}-${podName(set, ordinal)}`,
    ]),
  )

/** The pod of an ordinal at a revision, with the name, host name, labels and volumes that are its own. */
export function statefulPod(set: StatefulSet, template: PodTemplate, revision: string, ordinal: number): Pod {
  const name = podName(set, ordinal)
  const made = podFrom(template, statefulSet, set, {
    name,
    labels: {
      [revisionHashLabel]: revision,
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
    },
  })
  const claims = claimsOf(set, ordinal)
  const volumes = [
    ...[...claims].map(([volume, claimName]) => ({ name: volume, persistentVolumeClaim: { claimName } })),
    ...(made.spec.volumes ?? []).filter((volume) => !claims.has(volume.name)),
  ]
  return {
    ...made,
    spec: {
      ...made.spec,
      hostname: name,
      ...(set.spec.serviceName && { subdomain: set.spec.serviceName }),
      ...(volumes.length > 0 && { volumes }),
    },
  }
}
