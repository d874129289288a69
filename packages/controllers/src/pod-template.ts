import type { Pod, PodTemplate } from '@sampan/resources/core/pod'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import { ownerReference } from '@sampan/resources/owners'

/**
 * A pod as `owner` wants it, to be created. Without `name` the server makes one from the owner's. Nothing in it is shared
 * with the template's metadata; the spec is, and nobody changes it.
 */
export function podFrom(
  template: PodTemplate,
  kind: Pick<Definition, 'group' | 'version' | 'kind'>,
  owner: KubeObject,
  own: { name?: string; generateName?: string; labels?: object; annotations?: object; finalizers?: string[] } = {},
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {}
  const held = [...new Set([...(finalizers ?? []), ...(own.finalizers ?? [])])]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(own.name ? { name: own.name } : { generateName: own.generateName ?? prefixOf(owner.metadata.name) }),
      namespace: owner.metadata.namespace,
      labels: { ...labels, ...own.labels },
      ...((annotations || own.annotations) && { annotations: { ...annotations, ...own.annotations } }),
      ...(held.length > 0 && { finalizers: held }),
      ownerReferences: [ownerReference(kind, owner)],
    },
    spec: template.spec,
  } as Pod
}

/** Pod names are host names: the owner's name is cut so that a dash and five characters still fit. */
const prefixOf = (name: string) => `${name.slice(0, 57)}-`
