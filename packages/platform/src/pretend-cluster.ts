import type { MemoryClient } from '@sampan/client/memory-client'
import { type Deployment, deployment } from '@sampan/resources/apps/deployment'
import { namespace } from '@sampan/resources/core/namespace'
import { type Pod, pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { ingress } from '@sampan/resources/networking/ingress'
import { releaseLabel } from './labels.ts'

/** How the instances of a release behave: as a running container, or with a state and more. */
export interface Behaviour {
  ready: boolean
  containerStatus?: Record<string, unknown>
}

/**
 * For tests: does in one step what a cluster's controllers and node would do in time. Instances of a release behave as
 * `behaviour` says of its number.
 */
export function pretendCluster(client: MemoryClient, behaviour: (release: number) => Behaviour) {
  const replace = async (one: Deployment) => {
    const { namespace = '', name } = one.metadata
    const template = one.spec.template.metadata?.labels ?? {}
    const wanted = Number(template[releaseLabel])
    const replicas = one.spec.replicas ?? 1
    const acts = behaviour(wanted)
    const all = (await client.list(pod, { namespace })).items.filter(
      (each) => each.metadata.labels?.['sampan.dev/app'] === name,
    )
    const own = all.filter((each) => each.metadata.labels?.[releaseLabel] === String(wanted))
    // Old instances leave only for new ones that are ready; without any change of template there are none.
    const isTaken = acts.ready || replicas === 0
    for (const each of all) {
      const isOld = !own.includes(each)
      if ((isOld && isTaken) || (!isOld && own.indexOf(each) >= replicas)) await drop(each)
    }
    for (let i = own.length; i < replicas; i++) {
      client.seed(pod, instance(`${name}-${wanted}-${i}`, namespace, template, acts))
    }
    const left = (await client.list(pod, { namespace })).items.filter(
      (each) => each.metadata.labels?.['sampan.dev/app'] === name,
    )
    const updated = left.filter((each) => each.metadata.labels?.[releaseLabel] === String(wanted)).length
    const next = {
      observedGeneration: one.metadata.generation,
      replicas: left.length,
      updatedReplicas: updated,
      readyReplicas: left.filter(isUp).length,
      availableReplicas: left.filter(isUp).length,
    }
    if (JSON.stringify(one.status) !== JSON.stringify(next))
      await client.updateStatus(deployment, { ...one, status: next })
  }

  const drop = (one: Pod) => client.remove(pod, one.metadata, { graceSeconds: 0 })

  /** Brings everything up to date once. */
  return async function settle() {
    for (const one of (await client.list(namespace)).items) {
      if (!one.metadata.deletionTimestamp) continue
      const path = `/api/v1/namespaces/${one.metadata.name}/finalize`
      await client.raw({ method: 'PUT', path, body: { ...one, spec: { finalizers: [] } } })
    }
    for (const one of (await client.list(deployment)).items) await replace(one)
    for (const one of (await client.list(ingress)).items) {
      if (one.status?.loadBalancer?.ingress) continue
      await client.updateStatus(ingress, { ...one, status: { loadBalancer: { ingress: [{ ip: '10.0.0.7' }] } } })
    }
    for (const one of (await client.list(service)).items) {
      const { namespace = '', name } = one.metadata
      const pods = (await client.list(pod, { namespace })).items.filter(
        (each) => each.metadata.labels?.['sampan.dev/app'] === name,
      )
      const endpoints = pods.map((each) => ({
        addresses: ['10.1.1.1'],
        conditions: { ready: isUp(each) },
        targetRef: { kind: 'Pod', name: each.metadata.name, namespace },
      }))
      const slice = {
        namespace,
        name: `${name}-1`,
        labels: { ...one.metadata.labels, 'kubernetes.io/service-name': name },
      }
      const before = await client.find(endpointSlice, slice)
      if (JSON.stringify(before?.endpoints) === JSON.stringify(endpoints)) continue
      client.seed(endpointSlice, { metadata: slice, addressType: 'IPv4', endpoints } as never)
    }
  }
}

const isUp = (one: Pod) =>
  one.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') === true

const instance = (
  name: string,
  namespace: string,
  labels: Record<string, string>,
  { ready, containerStatus }: Behaviour,
) =>
  ({
    metadata: { name, namespace, labels },
    spec: { containers: [{ name: 'app', image: 'x' }], nodeName: 'n' },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'app', ready, restartCount: 0, image: 'x', ...containerStatus }],
    },
  }) as never
