import type { Definition } from '../define.ts'

/** The CustomResourceDefinition (apiextensions.k8s.io/v1) that makes any Kubernetes serve a kind of ours. */
export function crdFrom(definition: Definition) {
  const { group, version, kind, plural, singular, shortNames, categories, scope, schema } = definition
  if (!schema) throw new Error(`${kind} has no schema: only kinds of ours become CustomResourceDefinitions`)
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: { kind, plural, singular, listKind: `${kind}List`, shortNames, categories },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(definition.hasStatus && { subresources: { status: {} } }),
          additionalPrinterColumns: [
            ...definition.columns.map((column) => ({
              name: column.name,
              type: column.type ?? 'string',
              jsonPath: column.jsonPath,
              ...(column.wide && { priority: 1 }),
              ...(column.description && { description: column.description }),
            })),
            { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
          ],
        },
      ],
    },
  }
}
