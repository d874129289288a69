import { age } from '../columns.ts'
import { conditionOf } from '../conditions.ts'
import type { Column } from '../define.ts'
import type { Node } from './node.ts'

function statusText(one: Node): string {
  const ready = conditionOf(one, 'Ready')
  const status = !ready ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'
  return one.spec.unschedulable ? `${status},SchedulingDisabled` : status
}

const rolePrefix = 'node-role.kubernetes.io/'

function rolesText({ metadata }: Node): string {
  const roles = Object.entries(metadata.labels ?? {}).flatMap(([key, value]) =>
    key.startsWith(rolePrefix) && key !== rolePrefix
      ? [key.slice(rolePrefix.length)]
      : key === 'kubernetes.io/role' && value !== ''
        ? [value]
        : [],
  )
  return [...new Set(roles)].sort().join(',') || '<none>'
}

const addressOf = (one: Node, type: string) =>
  one.status?.addresses?.find((address) => address.type === type)?.address ?? '<none>'

export const nodeColumns: readonly Column<Node>[] = [
  { name: 'Status', value: statusText },
  { name: 'Roles', value: rolesText },
  age,
  { name: 'Version', value: (one) => one.status?.nodeInfo?.kubeletVersion },
  { name: 'Internal-IP', wide: true, value: (one) => addressOf(one, 'InternalIP') },
  { name: 'External-IP', wide: true, value: (one) => addressOf(one, 'ExternalIP') },
  { name: 'OS-Image', wide: true, value: (one) => one.status?.nodeInfo?.osImage || '<unknown>' },
  { name: 'Kernel-Version', wide: true, value: (one) => one.status?.nodeInfo?.kernelVersion || '<unknown>' },
  {
    name: 'Container-Runtime',
    wide: true,
    value: (one) => one.status?.nodeInfo?.containerRuntimeVersion || '<unknown>',
  },
]
