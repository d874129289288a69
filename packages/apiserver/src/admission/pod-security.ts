import { jsonEqual } from '@sampan/kit/json-equal'
import type { Pod } from '@sampan/resources/core/pod'
import { forbidden, invalid } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { notSupported } from '@sampan/resources/problem'
import { kindName } from './by-kind.ts'
import type { Admission, Admitted } from './interfaces.ts'
import { type Level, violations } from './pod-security-checks.ts'

const prefix = 'pod-security.kubernetes.io/'
const levels: readonly Level[] = ['privileged', 'baseline', 'restricted']
const namespaces = { group: '', plural: 'namespaces' }

/** Kinds with a pod template: only warned about, their pods are refused when they come. */
const templates: Readonly<Record<string, (object: unknown) => Partial<Pod> | undefined>> = {
  podtemplates: (one) => (one as { template?: Pod }).template,
  replicationcontrollers: (one) => (one as { spec?: { template?: Pod } }).spec?.template,
  'deployments.apps': (one) => (one as { spec?: { template?: Pod } }).spec?.template,
  'replicasets.apps': (one) => (one as { spec?: { template?: Pod } }).spec?.template,
  'statefulsets.apps': (one) => (one as { spec?: { template?: Pod } }).spec?.template,
  'daemonsets.apps': (one) => (one as { spec?: { template?: Pod } }).spec?.template,
  'jobs.batch': (one) => (one as { spec?: { template?: Pod } }).spec?.template,
  'cronjobs.batch': (one) =>
    (one as { spec?: { jobTemplate?: { spec?: { template?: Pod } } } }).spec?.jobTemplate?.spec?.template,
}

/** Holds pods to the Pod Security Standard that the labels of their namespace name. */
export const podSecurity: Admission = {
  name: 'PodSecurity',
  kinds: ['namespaces', 'pods', ...Object.keys(templates)],
  concerns: ({ operation, definition: { plural }, subresource }) =>
    (operation === 'CREATE' || operation === 'UPDATE') &&
    (subresource === undefined || (plural === 'pods' && subresource === 'ephemeralcontainers')),
  validate(write) {
    const kind = kindName(write.definition)
    if (kind === 'namespaces') checkLabels(write)
    else if (kind === 'pods') checkPod(write)
    else warnOfTemplate(write, templates[kind]!(write.object))
  },
}

/** A level as a label has it; what cannot be read is taken as the strictest, as upstream does. */
function levelOf(labels: KubeObject['metadata']['labels'], mode: string): Level {
  const label = labels?.[prefix + mode]
  if (label === undefined) return 'privileged'
  return levels.find((one) => one === label) ?? 'restricted'
}

const labelsOf = ({ objects, namespace }: Admitted) => objects.get(namespaces, namespace!)?.metadata.labels

function checkPod(write: Admitted): void {
  const pod = write.object as Pod
  const old = write.old as Pod | undefined
  if (old && jsonEqual(old.spec, pod.spec)) return
  const labels = labelsOf(write)
  const level = levelOf(labels, 'enforce')
  const found = violations(pod, level)
  if (found.length > 0)
    throw forbidden(
      write.definition,
      write.name,
      `violates PodSecurity "${level}:${labels?.[`${prefix}enforce-version`] ?? 'latest'}": ${found.join(', ')}`,
    )
  warn(write, pod, labels)
}

function warnOfTemplate(write: Admitted, template: Partial<Pod> | undefined): void {
  if (template?.spec?.containers) warn(write, template as Pod, labelsOf(write))
}

function warn(write: Admitted, pod: Pod, labels: KubeObject['metadata']['labels']): void {
  const level = levelOf(labels, 'warn')
  const found = violations(pod, level)
  if (found.length > 0)
    write.warnings.push(
      `would violate PodSecurity "${level}:${labels?.[`${prefix}warn-version`] ?? 'latest'}": ${found.join(', ')}`,
    )
}

function checkLabels({ object, old, name }: Admitted): void {
  const labels = object!.metadata.labels ?? {}
  const problems = ['enforce', 'audit', 'warn'].flatMap((mode) => {
    const label = labels[prefix + mode]
    const isNew = label !== undefined && label !== old?.metadata.labels?.[prefix + mode]
    return isNew && !levels.includes(label as Level)
      ? [notSupported(`metadata.labels[${prefix}${mode}]`, label, levels)]
      : []
  })
  if (problems.length > 0) throw invalid({ kind: 'Namespace', group: '' }, name, problems)
}
