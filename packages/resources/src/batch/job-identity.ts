import type { Job } from './job.ts'

export const jobLabels = {
  uid: 'batch.kubernetes.io/controller-uid',
  name: 'batch.kubernetes.io/job-name',
  index: 'batch.kubernetes.io/job-completion-index',
} as const

/**
 * Labels and selector that tie pods to this very Job, unless its owner brings his own (`manualSelector`). In place; the
 * Job has its uid. Labels that are there already stay: validation refuses them when they disagree.
 */
export function identifyJob(job: Job): void {
  const { spec, metadata } = job
  if (spec.manualSelector || !spec.template) return
  spec.template.metadata ??= {}
  const uid = metadata.uid ?? ''
  spec.template.metadata.labels = {
    [jobLabels.uid]: uid,
    'controller-uid': uid,
    [jobLabels.name]: metadata.name,
    'job-name': metadata.name,
    ...spec.template.metadata.labels,
  }
  spec.selector ??= {}
  spec.selector.matchLabels = { [jobLabels.uid]: uid, ...spec.selector.matchLabels }
}
