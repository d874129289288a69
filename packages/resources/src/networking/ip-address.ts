import type { V1IPAddress } from '@kubernetes/client-node'
import { canonicalIP, isIP } from '@sampan/kit/ip'
import { immutable, needed } from '../check.ts'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import { ensureSpec } from '../fill.ts'
import type { BuiltIn } from '../meta.ts'
import { invalidValue } from '../problem.ts'

export type IpAddress = BuiltIn<V1IPAddress>

export const ipAddress = defineResource<IpAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  hasStatus: false,
  hasGeneration: false,
  columns: [
    {
      name: 'ParentRef',
      value: ({ spec: { parentRef } }) =>
        parentRef &&
        [
          `${parentRef.resource}${parentRef.group ? `.${parentRef.group}` : ''}`,
          ...(parentRef.namespace ? [parentRef.namespace] : []),
          parentRef.name,
        ].join('/'),
    },
    age,
  ],
  defaults: ensureSpec,
  validate: (one, old) => [
    nameProblem(one.metadata.name),
    ...needed('spec.parentRef', one.spec.parentRef),
    ...(old ? immutable('spec.parentRef', one.spec.parentRef, old.spec.parentRef) : []),
  ],
})

function nameProblem(name: string) {
  if (!isIP(name)) return invalidValue('metadata.name', name, 'must be a valid IP address')
  const canonical = canonicalIP(name)
  return name !== canonical && invalidValue('metadata.name', name, `must be in canonical form ("${canonical}")`)
}
