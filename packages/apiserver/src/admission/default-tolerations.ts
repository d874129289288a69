import type { Pod } from '@sampan/resources/core/pod'
import type { Admission } from './interfaces.ts'

const seconds = 300
const taints = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** Pods stay five minutes on a node that has stopped answering, unless they say otherwise. An update cannot take that away. */
export const defaultTolerations: Admission = {
  name: 'DefaultTolerationSeconds',
  kinds: ['pods'],
  concerns: ({ operation, subresource }) =>
    (operation === 'CREATE' || operation === 'UPDATE') && subresource === undefined,
  mutate({ object }) {
    const { spec } = object as Pod
    for (const key of taints) {
      const isSaid = spec.tolerations?.some(
        (one) => (one.key === key || !one.key) && (one.effect === 'NoExecute' || !one.effect),
      )
      if (isSaid) continue
      spec.tolerations = [
        ...(spec.tolerations ?? []),
        { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: seconds },
      ]
    }
  },
}
