import { jsonEqual } from '@sampan/kit/json-equal'
import type { Pod } from '@sampan/resources/core/pod'
import { forbidden } from '@sampan/resources/errors'
import type { RuntimeClass } from '@sampan/resources/node/runtime-class'
import type { Admission } from './interfaces.ts'

/** A pod's runtime class has to exist; what it costs and where it runs is added to the pod. */
export const runtimeClassAdmission: Admission = {
  name: 'RuntimeClass',
  kinds: ['pods'],
  concerns: ({ operation, subresource }) => operation === 'CREATE' && subresource === undefined,
  mutate({ object, objects, definition, name }) {
    const { spec } = object as Pod
    if (!spec.runtimeClassName) {
      if (spec.overhead && Object.keys(spec.overhead).length > 0)
        throw forbidden(
          definition,
          name,
          'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
        )
      return
    }
    const chosen = objects.get<RuntimeClass>({ group: 'node.k8s.io', plural: 'runtimeclasses' }, spec.runtimeClassName)
    if (!chosen) throw forbidden(definition, name, `pod rejected: RuntimeClass "${spec.runtimeClassName}" not found`)
    const overhead = chosen.overhead?.podFixed
    if (spec.overhead && !jsonEqual(spec.overhead, overhead))
      throw forbidden(definition, name, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    if (overhead) spec.overhead = overhead
    const { nodeSelector, tolerations } = chosen.scheduling ?? {}
    for (const [key, value] of Object.entries(nodeSelector ?? {})) {
      if (spec.nodeSelector?.[key] !== undefined && spec.nodeSelector[key] !== value)
        throw forbidden(
          definition,
          name,
          `pod rejected: conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${spec.nodeSelector[key]}`,
        )
      spec.nodeSelector = { ...spec.nodeSelector, [key]: value }
    }
    const own = spec.tolerations ?? []
    const more = (tolerations ?? []).filter((one) => !own.some((other) => jsonEqual(one, other)))
    if (more.length > 0) spec.tolerations = [...own, ...more]
  },
}
