import { jsonEqual } from '@sampan/kit/json-equal'
import { milliOf, unitsOf } from '@sampan/kit/quantity'
import type { Pod } from '@sampan/resources/core/pod'
import { appMembers, type Container, initMembers, type Member } from './containers.ts'
import type { CgroupLimits } from './resources.ts'
import { isRunning, latest, type PodView } from './view.ts'

export type Resources = NonNullable<Container['resources']>

/** A running container whose limits are not what the pod says any more. */
export interface Resize {
  id: string
  member: Member
  /** Its resize policy wants a restart for one of the resources that change. */
  mustRestart: boolean
}

/** `actuated`: what each container's cgroup was last given, by container id. One that is not there is as it should be. */
export function resizesOf(pod: Pod, view: PodView, actuated: ReadonlyMap<string, Resources>): Resize[] {
  const resizable = [...initMembers(pod).filter(({ kind }) => kind === 'sidecar'), ...appMembers(pod)]
  return resizable.flatMap((member) => {
    const one = latest(view, member.container.name)
    const now = one && actuated.get(one.id)
    if (!one || !now || !isRunning(one)) return []
    const changed = (['cpu', 'memory'] as const).filter((name) => !isSame(name, now, member.container.resources ?? {}))
    if (changed.length === 0) return []
    const mustRestart = changed.some((name) =>
      member.container.resizePolicy?.some(
        ({ resourceName, restartPolicy }) => resourceName === name && restartPolicy === 'RestartContainer',
      ),
    )
    return [{ id: one.id, member, mustRestart }]
  })
}

/** Whether the pod as a whole shall have other limits than its cgroup was given last; undefined: nothing is known of it. */
export const isPodResized = ({ spec }: Pod, actuated: Resources | undefined): boolean =>
  spec.resources !== undefined &&
  actuated !== undefined &&
  (['cpu', 'memory'] as const).some((name) => !isSame(name, actuated, spec.resources!))

function isSame(name: 'cpu' | 'memory', a: Resources, b: Resources): boolean {
  const count = name === 'cpu' ? milliOf : unitsOf
  const values = ({ limits, requests }: Resources) => {
    const limit = limits?.[name] === undefined ? undefined : count(limits[name])
    return { limit, request: requests?.[name] === undefined ? limit : count(requests[name]) }
  }
  return jsonEqual(values(a), values(b))
}

/** Room for both: what the pod's cgroup needs while its containers change one by one. */
export const roomier = (a: CgroupLimits, b: CgroupLimits): CgroupLimits => ({
  cpuShares: Math.max(a.cpuShares, b.cpuShares),
  ...(a.cpuQuota !== undefined && b.cpuQuota !== undefined && { cpuQuota: Math.max(a.cpuQuota, b.cpuQuota) }),
  ...(a.memory !== undefined && b.memory !== undefined && { memory: Math.max(a.memory, b.memory) }),
})
