import { patch, type Step } from '@sampan/control/plan'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'

export const hasFinalizer = ({ metadata }: KubeObject, name: string) => metadata.finalizers?.includes(name) === true

/** Keeps `object` until we have cleaned up after it. */
export const addFinalizer = <T extends KubeObject>(kind: Definition<T>, object: T, name: string): Step =>
  written(kind, object, [...(object.metadata.finalizers ?? []), name])

/** Lets `object` go as far as we are concerned. */
export const dropFinalizer = <T extends KubeObject>(kind: Definition<T>, object: T, name: string): Step =>
  written(
    kind,
    object,
    (object.metadata.finalizers ?? []).filter((one) => one !== name),
  )

/** The list is written as a whole: only over the state we saw, or somebody else's finalizer would be lost. */
function written<T extends KubeObject>(kind: Definition<T>, { metadata }: T, finalizers: string[]): Step {
  const { namespace, name, resourceVersion } = metadata
  return patch(kind, { namespace, name }, { metadata: { resourceVersion, finalizers } }, { unless: 'NotFound' })
}
