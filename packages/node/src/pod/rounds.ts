import type { Pod } from '@sampan/resources/core/pod'
import { ephemeralMembers } from './containers.ts'
import { annotations } from './labels.ts'
import { ruleFor } from './restart.ts'
import { type ContainerView, latest, type PodView } from './view.ts'

/**
 * A container that exits under the rule `RestartAllContainers` has its whole pod begin anew: first the init containers,
 * in the same sandbox, with the same volumes. Each such beginning is a round; a container carries the number of its own, so
 * that an agent that comes anew knows what is of now and what is of before.
 */
export const roundOf = (one: ContainerView) => Number(one.annotations[annotations.round] ?? 0)

/** The exit that ended the newest round; undefined while that one goes on. */
export function triggerOf(pod: Pod, view: PodView): ContainerView | undefined {
  const round = newest(view)
  return view.containers.find(
    (one) =>
      one.state === 'exited' &&
      roundOf(one) === round &&
      latest(view, one.name) === one &&
      ruleFor(pod, one)?.action === 'RestartAllContainers',
  )
}

/** The round a container that is started now belongs to. */
export const currentRound = (pod: Pod, view: PodView) => newest(view) + (triggerOf(pod, view) ? 1 : 0)

const newest = ({ containers }: PodView) => Math.max(0, ...containers.map(roundOf))

/** What is there of the current round; containers to look around with belong to every round. */
export function thisRound(pod: Pod, view: PodView): PodView {
  const round = currentRound(pod, view)
  if (round === 0) return view
  const visitors = new Set(ephemeralMembers(pod).map(({ container }) => container.name))
  return { ...view, containers: view.containers.filter((one) => roundOf(one) === round || visitors.has(one.name)) }
}

/** Whether one of the pod's containers may ever have all of them begin anew. */
export const mayBeginAnew = ({ spec }: Pod) =>
  [...(spec.initContainers ?? []), ...spec.containers].some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  )
