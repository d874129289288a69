import type { ApiService } from '@sampan/resources/apiregistration/api-service'
import type { Kinds } from '../kinds.ts'
import type { Remotes } from './remotes.ts'

/** How groups are ordered in discovery, as upstream has it; others by their name. */
const priorities: Record<string, number> = {
  '': 18000,
  extensions: 17900,
  'apiregistration.k8s.io': 18000,
  apps: 17800,
  'events.k8s.io': 17750,
  'authentication.k8s.io': 17700,
  'authorization.k8s.io': 17600,
  autoscaling: 17500,
  batch: 17400,
  'certificates.k8s.io': 17300,
  'networking.k8s.io': 17200,
  policy: 17100,
  'rbac.authorization.k8s.io': 17000,
  'storage.k8s.io': 16800,
  'apiextensions.k8s.io': 16700,
  'admissionregistration.k8s.io': 16700,
  'scheduling.k8s.io': 16600,
  'coordination.k8s.io': 16500,
  'node.k8s.io': 16300,
  'discovery.k8s.io': 16200,
  'flowcontrol.apiserver.k8s.io': 16100,
  'resource.k8s.io': 15900,
}

const automanaged = 'kube-aggregator.kubernetes.io/automanaged'

/** An APIService for each group version this server answers itself. */
export function localServices(kinds: Kinds, remotes: Remotes): ApiService[] {
  const made: ApiService[] = []
  for (const [group, versions] of kinds.groups()) {
    for (const [index, [version, served]] of [...versions].entries()) {
      if (remotes.find(group, version)) continue
      const isCustom = served.every(({ custom }) => custom)
      made.push({
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: {
          name: `${version}.${group}`,
          labels: { [automanaged]: isCustom ? 'true' : 'onstart' },
        },
        spec: {
          ...(group && { group }),
          version,
          groupPriorityMinimum: isCustom ? 1000 : (priorities[group] ?? 15000),
          versionPriority: isCustom ? Math.max(1, 100 - index) : Math.max(1, 15 - index),
        },
      } as ApiService)
    }
  }
  return made
}
