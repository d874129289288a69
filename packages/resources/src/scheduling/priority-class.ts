import type { V1PriorityClass } from '@kubernetes/client-node'
import { optionalOneOf } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { fill } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { forbiddenField } from '../problem.ts'

export type PriorityClass = BuiltIn<V1PriorityClass>

const systemClasses: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

export const priorityClass = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: true,
  defaults: (one) => void fill(one, { preemptionPolicy: 'PreemptLowerPriority', value: 0 }),
  columns: [
    { name: 'Value', type: 'integer', value: (one) => one.value },
    { name: 'Global-Default', type: 'boolean', value: (one) => one.globalDefault ?? false },
    age,
    { name: 'PreemptionPolicy', value: (one) => one.preemptionPolicy },
  ],
  validate: (one, old) => [
    one.metadata.name.startsWith('system-') &&
      systemClasses[one.metadata.name] !== one.value &&
      forbiddenField(
        'metadata.name',
        `priority class names with 'system-' prefix are reserved for system use only. error: ${
          one.metadata.name in systemClasses
            ? `value of ${one.metadata.name} PriorityClass must be ${systemClasses[one.metadata.name]}`
            : `${one.metadata.name} is not a known system priority class`
        }`,
      ),
    !one.metadata.name.startsWith('system-') &&
      (one.value ?? 0) > 1_000_000_000 &&
      forbiddenField(
        'value',
        "maximum allowed value of a user defined priority is 1000000000, and priority class name can not start with 'system-'",
      ),
    ...optionalOneOf('preemptionPolicy', one.preemptionPolicy, ['PreemptLowerPriority', 'Never']),
    old && (one.value ?? 0) !== (old.value ?? 0) && forbiddenField('value', 'may not be changed in an update.'),
    old &&
      one.preemptionPolicy !== old.preemptionPolicy &&
      forbiddenField('preemptionPolicy', 'may not be changed in an update.'),
  ],
})
