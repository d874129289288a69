import type { Pod } from '@sampan/resources/core/pod'
import { forbidden } from '@sampan/resources/errors'
import type { PriorityClass } from '@sampan/resources/scheduling/priority-class'
import type { Admission, Admitted } from './interfaces.ts'

const classes = { group: 'scheduling.k8s.io', plural: 'priorityclasses' }

/** Turns a pod's class into the number the scheduler and the node go by; keeps to one default class. */
export const priorityAdmission: Admission = {
  name: 'Priority',
  kinds: ['pods', `${classes.plural}.${classes.group}`],
  concerns: ({ operation, definition: { plural }, subresource }) =>
    subresource === undefined && (plural === 'pods' ? operation === 'CREATE' : operation !== 'DELETE'),
  mutate(write) {
    if (write.definition.plural === 'pods') setPriority(write)
  },
  validate({ definition, object, objects, name }) {
    if (definition.plural !== classes.plural || !(object as PriorityClass).globalDefault) return
    const other = objects.list<PriorityClass>(classes).find((one) => one.globalDefault && one.metadata.name !== name)
    if (other)
      throw forbidden(
        definition,
        name,
        `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`,
      )
  },
}

function setPriority({ object, objects, definition, name }: Admitted): void {
  const { spec } = object as Pod
  const chosen = spec.priorityClassName
    ? objects.get<PriorityClass>(classes, spec.priorityClassName)
    : lowestDefault(objects.list<PriorityClass>(classes))
  if (spec.priorityClassName && !chosen)
    throw forbidden(definition, name, `no PriorityClass with name ${spec.priorityClassName} was found`)
  const value = chosen?.value ?? 0
  if (spec.priority !== undefined && spec.priority !== value)
    throw forbidden(
      definition,
      name,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    )
  spec.priority = value
  if (chosen && !spec.priorityClassName) spec.priorityClassName = chosen.metadata.name
  const policy = chosen?.preemptionPolicy ?? 'PreemptLowerPriority'
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy)
    throw forbidden(
      definition,
      name,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    )
  spec.preemptionPolicy = policy
}

const lowestDefault = (all: readonly PriorityClass[]) =>
  all.filter((one) => one.globalDefault).toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0]
