import { createHash } from 'node:crypto'
import type { Pod } from '@sampan/resources/core/pod'
import type { Container, Kind } from './containers.ts'
import { annotations } from './labels.ts'
import type { ContainerView } from './view.ts'

const firstWait = 10_000
const longestWait = 300_000
/** Who ran this long has recovered: its next crash counts as the first. */
const recovered = 600_000

/** Milliseconds between an exit and the next start after so many starts in a row: 0, then 10 s doubling to 5 min. */
export const waitBefore = (crashes: number) =>
  crashes <= 1 ? 0 : Math.min(longestWait, firstWait * 2 ** (crashes - 2))

/** What the container started after `exited` carries: stored on the container, so that it survives a restart of ours. */
export function crashesAfter(exited: ContainerView): number {
  const before = Number(exited.annotations[annotations.crashes] ?? 0)
  const ran = exited.startedAt ? exited.finishedAt - exited.startedAt : 0
  return ran >= recovered ? 1 : before + 1
}

/** When `exited` may start again. */
export const mayStartAt = (exited: ContainerView) => exited.finishedAt + waitBefore(crashesAfter(exited))

/** Whether the restart policy wants another start after this exit: the container's own rules, its policy, the pod's. */
export function wantsRestart(pod: Pod, kind: Kind, exited: ContainerView): boolean {
  if (kind === 'ephemeral') return false
  if (kind === 'sidecar' || ruleFor(pod, exited)) return true
  const own = containerOf(pod, exited)
  const policy = own?.restartPolicy ?? pod.spec.restartPolicy ?? 'Always'
  if (kind === 'init') return exited.exitCode !== 0 && policy !== 'Never'
  return policy === 'Always' || (policy === 'OnFailure' && exited.exitCode !== 0)
}

const containerOf = ({ spec }: Pod, { name }: ContainerView) =>
  [...(spec.initContainers ?? []), ...spec.containers].find((one) => one.name === name)

/** The first of a container's own rules that is about its exit: it comes before every policy. */
export const ruleFor = (pod: Pod, exited: ContainerView): Rule | undefined =>
  containerOf(pod, exited)?.restartPolicyRules?.find((rule) => isAbout(rule, exited.exitCode))

type Rule = NonNullable<Container['restartPolicyRules']>[number]

function isAbout({ exitCodes }: Rule, exitCode: number): boolean {
  if (!exitCodes) return false
  const isNamed = exitCodes.values?.includes(exitCode) ?? false
  return exitCodes.operator === 'NotIn' ? !isNamed : isNamed
}

/** Changes when a running container no longer is what the pod says. Only the image of a container can change. */
export const hashOf = ({ name, image }: Container) =>
  createHash('sha256')
    .update(`${name}\n${image ?? ''}`)
    .digest('hex')
    .slice(0, 12)
