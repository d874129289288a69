import { defaultPodTemplate } from '../core/pod-defaults.ts'
import { each, fill, fillPlain } from '../fill.ts'
import type { Job } from './job.ts'

/** Retries are counted per index then, so the whole has no limit of its own. */
const unlimited = 2 ** 31 - 1

/** Kubernetes' defaults of a Job's spec. A CronJob's job template does not get them: only the Job made from it does. */
export function defaultJobSpec(spec: Job['spec']): void {
  if (unset(spec.completions) && unset(spec.parallelism)) fill(spec, { completions: 1, parallelism: 1 })
  fill(spec, {
    parallelism: 1,
    backoffLimit: unset(spec.backoffLimitPerIndex) ? 6 : unlimited,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed',
  })
  for (const rule of each(spec.podFailurePolicy?.rules))
    for (const pattern of each(rule.onPodConditions)) fillPlain(pattern, { status: 'True' })
  defaultPodTemplate(spec.template)
}

const unset = (value: unknown) => value === undefined || value === null
