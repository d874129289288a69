import { jsonEqual } from '@sampan/kit/json-equal'
import { dns1035LabelProblems, dnsSubdomainProblems } from '@sampan/kit/names'
import { immutable, named, oneOf, type Problems } from '../check.ts'
import { duplicate, forbiddenField, invalidValue, required } from '../problem.ts'
import type { CustomResourceDefinition } from './custom-resource-definition.ts'
import { type Props, structuralProblems } from './structural.ts'

export function* crdProblems(
  one: CustomResourceDefinition,
  old?: CustomResourceDefinition,
  subresource?: string,
): Problems {
  if (subresource === 'status') return
  const { spec, metadata } = one
  if (spec.names?.plural && spec.group && metadata.name !== `${spec.names.plural}.${spec.group}`)
    yield invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group')
  yield* named('spec.group', spec.group, dnsSubdomainProblems)
  if (spec.group && !spec.group.includes('.'))
    yield invalidValue('spec.group', spec.group, 'should be a domain with at least one dot')
  yield* oneOf('spec.scope', spec.scope, ['Cluster', 'Namespaced'])
  yield* namesProblems(spec.names)
  yield* versionsProblems(spec.versions)
  if (spec.preserveUnknownFields)
    yield invalidValue(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    )
  if (spec.conversion?.strategy === 'Webhook') {
    if (!spec.conversion.webhook?.clientConfig)
      yield required('spec.conversion.webhook.clientConfig', 'required when strategy is set to Webhook')
    if (!spec.conversion.webhook?.conversionReviewVersions?.length)
      yield required('spec.conversion.webhook.conversionReviewVersions')
  } else if (spec.conversion?.webhook)
    yield forbiddenField('spec.conversion.webhook', 'should not be set when strategy is not set to Webhook')
  if (!old) return
  yield* immutable('spec.group', spec.group, old.spec.group)
  yield* immutable('spec.scope', spec.scope, old.spec.scope)
  yield* immutable('spec.names.kind', spec.names?.kind, old.spec.names?.kind)
  yield* immutable('spec.names.plural', spec.names?.plural, old.spec.names?.plural)
  const names = new Set((spec.versions ?? []).map(({ name }) => name))
  for (const [index, version] of (old.status?.storedVersions ?? []).entries())
    if (!names.has(version))
      yield invalidValue(
        `status.storedVersions[${index}]`,
        version,
        `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`,
      )
}

type Spec = CustomResourceDefinition['spec']

/** Where messages say the schema of a version is: one schema of all versions is named once. */
export const schemaPath = (versions: Spec['versions'], index: number): string =>
  versions.every(({ schema }) => jsonEqual(schema, versions[0]!.schema))
    ? 'spec.validation.openAPIV3Schema'
    : `spec.versions[${index}].schema.openAPIV3Schema`

function* namesProblems(names: Spec['names'] | undefined): Problems {
  yield* named('spec.names.plural', names?.plural, dns1035LabelProblems)
  yield* named('spec.names.singular', names?.singular, dns1035LabelProblems)
  if (names?.kind)
    for (const why of dns1035LabelProblems(names.kind.toLowerCase()))
      yield invalidValue('spec.names.kind', names.kind, why)
  else yield required('spec.names.kind')
  if (names?.kind && names.kind === names.listKind)
    yield invalidValue('spec.names.listKind', names.listKind, 'kind and listKind may not be the same')
  for (const [index, short] of (names?.shortNames ?? []).entries())
    yield* named(`spec.names.shortNames[${index}]`, short, dns1035LabelProblems)
}

function* versionsProblems(versions: Spec['versions'] | undefined): Problems {
  if (!versions?.length) {
    yield required('spec.versions', 'must have at least one version')
    return
  }
  if (versions.filter(({ storage }) => storage).length !== 1)
    yield invalidValue(
      'spec.versions',
      versions.map(({ name }) => name),
      'must have exactly one version marked as storage version',
    )
  const seen = new Set<string>()
  for (const [index, version] of versions.entries()) {
    const at = `spec.versions[${index}]`
    yield* named(`${at}.name`, version.name, dns1035LabelProblems)
    if (seen.has(version.name)) yield duplicate(`${at}.name`, version.name)
    seen.add(version.name)
    const schema = version.schema?.openAPIV3Schema
    const where = schemaPath(versions, index)
    if (!schema) yield required(`${at}.schema.openAPIV3Schema`, 'schemas are required')
    else if (index === 0 || !where.startsWith('spec.validation'))
      yield* structuralProblems(where, schema as unknown as Props)
    const scale = version.subresources?.scale
    if (scale) {
      if (!/^\.spec\./.test(scale.specReplicasPath ?? ''))
        yield invalidValue(
          `${at}.subresources.scale.specReplicasPath`,
          scale.specReplicasPath ?? '',
          'should be a json path under .spec',
        )
      if (!/^\.status\./.test(scale.statusReplicasPath ?? ''))
        yield invalidValue(
          `${at}.subresources.scale.statusReplicasPath`,
          scale.statusReplicasPath ?? '',
          'should be a json path under .status',
        )
    }
    for (const [place, column] of (version.additionalPrinterColumns ?? []).entries()) {
      const here = `${at}.additionalPrinterColumns[${place}]`
      if (!column.name) yield required(`${here}.name`)
      yield* oneOf(`${here}.type`, column.type, ['boolean', 'date', 'integer', 'number', 'string'])
      if (!column.jsonPath) yield required(`${here}.jsonPath`)
    }
  }
}
