import { invalid, type Problem } from '@sampan/resources/errors'
import { forbiddenField, invalidValue, required } from '@sampan/resources/problem'
import type { Admission, Admitted } from '../admission/interfaces.ts'
import { timeText } from '../time-text.ts'
import type { Crd } from './custom-definition.ts'

export const crdKind = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' }

/** Held by every CustomResourceDefinition until its objects are gone. */
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io'

/**
 * A new kind is served by the time the write is answered, so its conditions are set with the write: there is no moment
 * between created and Established.
 */
export const crdAdmission = (now: () => Date): Admission => ({
  name: 'CustomResourceDefinition',
  concerns: ({ definition, operation, subresource }) =>
    definition.group === crdKind.group &&
    definition.plural === crdKind.plural &&
    operation !== 'DELETE' &&
    subresource === undefined,
  mutate: (write) => establish(write, timeText(now())),
  validate({ object, old }) {
    const crd = object as Crd
    const problems = problemsOf(crd, old as Crd | undefined)
    if (problems.length > 0)
      throw invalid({ kind: 'CustomResourceDefinition', group: crdKind.group }, crd.metadata.name, problems)
  },
})

function establish({ object, old, objects }: Admitted, time: string): void {
  const crd = object as Crd
  const { spec, metadata } = crd
  if (!Array.isArray(spec?.versions) || typeof spec.names?.plural !== 'string') return
  if (!old) metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), cleanup])]
  const rival = objects
    .list<Crd>(crdKind)
    .find(
      (other) =>
        other.metadata.name !== metadata.name &&
        other.spec.group === spec.group &&
        (other.spec.names.kind === spec.names.kind || other.spec.names.plural === spec.names.plural),
    )
  const before = (old as Crd | undefined)?.status
  const condition = (type: string, isTrue: boolean, reason: string, message: string) => {
    const status = isTrue ? 'True' : 'False'
    const known = before?.conditions?.find((one) => one.type === type)
    return known?.status === status ? known : { type, status, lastTransitionTime: time, reason, message }
  }
  const others = (before?.conditions ?? []).filter(({ type }) => type !== 'NamesAccepted' && type !== 'Established')
  const storage = spec.versions.find((one) => one.storage)?.name
  crd.status = {
    ...before,
    conditions: [
      rival
        ? condition('NamesAccepted', false, 'KindConflict', `${JSON.stringify(spec.names.kind)} is already in use`)
        : condition('NamesAccepted', true, 'NoConflicts', 'no conflicts found'),
      rival
        ? condition('Established', false, 'NotAccepted', 'not all names are accepted')
        : condition('Established', true, 'InitialNamesAccepted', 'the initial names have been accepted'),
      ...others,
    ],
    acceptedNames: rival ? (before?.acceptedNames ?? { plural: '', kind: '' }) : spec.names,
    storedVersions: [...new Set([...(before?.storedVersions ?? []), ...(storage ? [storage] : [])])],
  }
}

function problemsOf({ metadata, spec }: Crd, old: Crd | undefined): Problem[] {
  const problems: Problem[] = []
  const { names, group, versions } = spec
  if (!group) problems.push(required('spec.group'))
  if (!names?.plural) problems.push(required('spec.names.plural'))
  if (!names?.kind) problems.push(required('spec.names.kind'))
  if (spec.scope !== 'Namespaced' && spec.scope !== 'Cluster')
    problems.push({
      reason: 'FieldValueNotSupported',
      field: 'spec.scope',
      message: `Unsupported value: ${JSON.stringify(spec.scope ?? '')}: supported values: "Cluster", "Namespaced"`,
    })
  if (names?.plural && group && metadata.name !== `${names.plural}.${group}`)
    problems.push(invalidValue('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'))
  if (!Array.isArray(versions) || versions.length === 0) return [...problems, required('spec.versions')]
  if (versions.filter((one) => one.storage).length !== 1)
    problems.push(
      invalidValue(
        'spec.versions',
        versions.map((one) => one.name),
        'must have exactly one version marked as storage version',
      ),
    )
  versions.forEach((version, index) => {
    const at = `spec.versions[${index}]`
    if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(version.name ?? ''))
      problems.push(invalidValue(`${at}.name`, version.name, 'must be a DNS-1035 label'))
    const schema = version.schema?.openAPIV3Schema
    if (!schema) problems.push(required(`${at}.schema.openAPIV3Schema`, 'schemas are required'))
    else if (schema.type !== 'object')
      problems.push(invalidValue(`${at}.schema.openAPIV3Schema.type`, schema.type ?? '', 'must be object at the root'))
  })
  if (old && old.spec.scope !== spec.scope) problems.push(invalidValue('spec.scope', spec.scope, 'field is immutable'))
  if (old && old.spec.names.plural !== names.plural)
    problems.push(invalidValue('spec.names.plural', names.plural, 'field is immutable'))
  if (spec.preserveUnknownFields)
    problems.push(forbiddenField('spec.preserveUnknownFields', 'must be false in apiextensions.k8s.io/v1'))
  return problems
}
