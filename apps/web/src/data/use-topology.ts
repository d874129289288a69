import { useMemo } from 'react'
import { namespaceOf } from './app-detail.ts'
import { useObjects } from './live.ts'
import { placesOf, useApps } from './ours.ts'
import type { PodLike } from './pod.ts'
import { type Topology, topologyOf } from './topology.ts'

const workloadKinds = [
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets' },
  { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs' },
] as const

/** What runs in an environment of a project and how it hangs together, kept current. */
export function useTopology(project: string, environment: string): { topology: Topology; isLoaded: boolean } {
  const namespace = encodeURIComponent(namespaceOf(project, environment))
  const of = (root: string, plural: string) => ({ path: `${root}/namespaces/${namespace}/${plural}` })
  const apps = useApps(project)
  const ingresses = useObjects(of('/apis/networking.k8s.io/v1', 'ingresses'))
  const services = useObjects(of('/api/v1', 'services'))
  const pods = useObjects<PodLike>(of('/api/v1', 'pods'))
  const claims = useObjects(of('/api/v1', 'persistentvolumeclaims'))
  // biome-ignore lint/correctness/useHookAtTopLevel: one per kind of the list above, which never changes
  const workloads = workloadKinds.map(({ apiVersion, plural }) => useObjects(of(`/apis/${apiVersion}`, plural)))
  const lists = [apps, ingresses, services, pods, claims, ...workloads].map(({ items }) => items)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the lists are what it is made of, and always as many
  const topology = useMemo(
    () =>
      topologyOf({
        apps: placesOf(apps.items).filter((one) => !one.environment || one.environment === environment),
        ingresses: ingresses.items,
        services: services.items,
        pods: pods.items,
        claims: claims.items,
        workloads: workloads.flatMap(({ items }, i) => items.map((object) => ({ ...workloadKinds[i]!, object }))),
      }),
    [environment, ...lists],
  )
  return { topology, isLoaded: apps.isLoaded && (pods.isLoaded || pods.error !== undefined) }
}
