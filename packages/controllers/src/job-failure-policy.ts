import type { Job } from '@sampan/resources/batch/job'
import type { Pod } from '@sampan/resources/core/pod'

export interface PolicyVerdict {
  action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count'
  /** For the Job's condition. */
  message: string
}

type Rule = NonNullable<Job['spec']['podFailurePolicy']>['rules'][number]

/** What the first rule that fits a failed pod says; `Count` without one. */
export function policyOn({ spec }: Job, pod: Pod): PolicyVerdict {
  for (const [i, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const why = rule.onExitCodes ? exitCode(rule, pod) : condition(rule, pod)
    if (why)
      return {
        action: rule.action as PolicyVerdict['action'],
        message: `${why} matching ${rule.action} rule at index ${i}`,
      }
  }
  return { action: 'Count', message: '' }
}

function exitCode({ onExitCodes }: Rule, { metadata, status }: Pod): string | undefined {
  if (!onExitCodes) return undefined
  const { containerName, operator, values } = onExitCodes
  for (const one of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])]) {
    const code = one.state?.terminated?.exitCode
    if (code === undefined || code === 0 || (containerName && containerName !== one.name)) continue
    if (values.includes(code) === (operator === 'In'))
      return `Container ${one.name} for pod ${metadata.namespace}/${metadata.name} failed with exit code ${code}`
  }
  return undefined
}

function condition({ onPodConditions = [] }: Rule, { metadata, status }: Pod): string | undefined {
  const found = onPodConditions.find((pattern) =>
    status?.conditions?.some((one) => one.type === pattern.type && one.status === (pattern.status ?? 'True')),
  )
  return found && `Pod ${metadata.namespace}/${metadata.name} has condition ${found.type}`
}
