import type { V1IPAddress } from '@kubernetes/client-node'
import { isIP } from '@sampan/kit/ip'
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
    !isIP(one.metadata.name) && invalidValue('metadata.name', one.metadata.name, 'must be a valid IP address'),
    ...needed('spec.parentRef', one.spec.parentRef),
    ...(old ? immutable('spec.parentRef', one.spec.parentRef, old.spec.parentRef) : []),
  ],
})
