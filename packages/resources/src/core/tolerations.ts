import type { Node } from './node.ts'
import type { Pod } from './pod.ts'

export type Taint = NonNullable<Node['spec']['taints']>[number]
type Toleration = NonNullable<Pod['spec']['tolerations']>[number]

export const tolerates = (tolerations: readonly Toleration[] | undefined, taint: Taint): boolean =>
  (tolerations ?? []).some((one) => isFor(one, taint))

/** No effect: all effects. No key with Exists: all taints. */
function isFor({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false
  if (key && key !== taint.key) return false
  switch (operator) {
    case 'Exists':
      return true
    case 'Lt':
    case 'Gt':
      return isBeyond(operator, value, taint.value ?? '')
    default:
      return !!key && value === (taint.value ?? '')
  }
}

const isBeyond = (operator: 'Lt' | 'Gt', value: string, tainted: string) =>
  /^-?\d+$/.test(value) &&
  /^-?\d+$/.test(tainted) &&
  (operator === 'Lt' ? Number(tainted) < Number(value) : Number(tainted) > Number(value))
