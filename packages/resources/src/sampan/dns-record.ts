import type { Resource } from '../meta.ts'
import { type Infer, integer, list, object, oneOf, text } from '../schema.ts'
import { ourResource } from './group.ts'

const spec = object({
  name: text({ description: 'Full name without the last dot' }),
  type: oneOf(['A', 'AAAA', 'CNAME', 'TXT'], { default: 'A' }),
  values: list(text(), { minItems: 1 }),
  ttl: integer({ minimum: 1, default: 30, description: 'Seconds' }),
})

/** A name outside the cluster domain. The built-in name server answers it; DNS providers write it elsewhere. */
export type DnsRecord = Resource<'DnsRecord', Infer<typeof spec>>

export const dnsRecord = ourResource<DnsRecord>({
  kind: 'DnsRecord',
  plural: 'dnsrecords',
  scope: 'Namespaced',
  description: 'A DNS name of an app.',
  spec,
  columns: [
    { name: 'Host', value: (one) => one.spec.name, jsonPath: '.spec.name' },
    { name: 'Type', value: (one) => one.spec.type, jsonPath: '.spec.type' },
    { name: 'Values', value: (one) => one.spec.values.join(','), jsonPath: '.spec.values' },
  ],
})
