import {
  asPrefix,
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelValueProblems,
  qualifiedNameProblems,
} from '@sampan/kit/names'
import type { Definition } from '@sampan/resources/define'
import type { Problem } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { forbiddenField, invalidValue, required } from '@sampan/resources/problem'

const annotationLimit = 256 << 10

/** Names that only have to fit into a path: RBAC's, those of API services, and addresses, IPv6 among them. */
const pathSegmentGroups = new Set(['rbac.authorization.k8s.io', 'apiregistration.k8s.io'])
const hasPathNames = ({ group, plural }: Definition) =>
  pathSegmentGroups.has(group) || (group === 'networking.k8s.io' && plural === 'ipaddresses')

function pathSegmentProblems(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].filter((one) => name.includes(one)).map((one) => `may not contain '${one}'`)
}

const nameProblems = (definition: Definition, name: string): string[] =>
  hasPathNames(definition)
    ? pathSegmentProblems(name)
    : definition.group === '' && definition.plural === 'namespaces'
      ? dnsLabelProblems(name)
      : dnsSubdomainProblems(name)

/** The last one is on every CustomResourceDefinition. */
const standardFinalizers = new Set([
  'foregroundDeletion',
  'kubernetes',
  'orphan',
  'customresourcecleanup.apiextensions.k8s.io',
])

/** What is wrong with the metadata of an object, new (`old` undefined) or changed. Custom kinds may name finalizers freely. */
export function metadataProblems(
  definition: Definition,
  { metadata }: KubeObject,
  { old, isBuiltIn }: { old?: KubeObject | undefined; isBuiltIn: boolean },
): Problem[] {
  const { name, generateName, labels, annotations, ownerReferences, finalizers } = metadata
  const problems: Problem[] = []
  if (!old) {
    if (!name) problems.push(required('metadata.name', 'name or generateName is required'))
    else for (const why of nameProblems(definition, name)) problems.push(invalidValue('metadata.name', name, why))
    if (generateName)
      for (const why of nameProblems(definition, asPrefix(generateName)))
        problems.push(invalidValue('metadata.generateName', generateName, why))
  }
  if (labels !== old?.metadata.labels)
    for (const [key, value = ''] of Object.entries(labels ?? {})) {
      for (const why of qualifiedNameProblems(key)) problems.push(invalidValue('metadata.labels', key, why))
      for (const why of labelValueProblems(value)) problems.push(invalidValue('metadata.labels', value, why))
    }
  let size = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const why of qualifiedNameProblems(key.toLowerCase()))
      problems.push(invalidValue('metadata.annotations', key, why))
    size += key.length + value.length
  }
  if (size > annotationLimit)
    problems.push({
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${annotationLimit} bytes`,
    })
  problems.push(...ownerProblems(ownerReferences))
  for (const [index, finalizer] of (finalizers ?? []).entries()) {
    const here = `metadata.finalizers[${index}]`
    for (const why of qualifiedNameProblems(finalizer)) problems.push(invalidValue(here, finalizer, why))
    if (isBuiltIn && !finalizer.includes('/') && !standardFinalizers.has(finalizer))
      problems.push(
        invalidValue(here, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'),
      )
  }
  if (old?.metadata.deletionTimestamp) {
    const known = new Set(old.metadata.finalizers)
    const added = (finalizers ?? []).filter((one) => !known.has(one))
    if (added.length > 0)
      problems.push(
        forbiddenField(
          'metadata.finalizers',
          `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`,
        ),
      )
  }
  return problems
}

function ownerProblems(owners: KubeObject['metadata']['ownerReferences']): Problem[] {
  const problems: Problem[] = []
  for (const owner of owners ?? []) {
    const { apiVersion = '', kind } = owner
    if (!/^([^/]+\/)?[^/]+$/.test(apiVersion))
      problems.push(invalidValue('metadata.ownerReferences.apiVersion', apiVersion, 'version must not be empty'))
    for (const field of ['kind', 'name', 'uid'] as const)
      if (!owner[field]) problems.push(invalidValue(`metadata.ownerReferences.${field}`, '', 'must not be empty'))
    if (apiVersion === 'v1' && kind === 'Event')
      problems.push(
        invalidValue('metadata.ownerReferences', owner, '/v1, Kind=Event is disallowed from being an owner'),
      )
  }
  const controllers = (owners ?? []).filter(({ controller }) => controller)
  if (controllers.length > 1)
    problems.push(
      invalidValue(
        'metadata.ownerReferences',
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]!.kind}/${controllers[0]!.name} and ${controllers[1]!.kind}/${controllers[1]!.name}`,
      ),
    )
  return problems
}
