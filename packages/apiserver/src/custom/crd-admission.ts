import { jsonEqual } from '@sampan/kit/json-equal'
import { schemaPath } from '@sampan/resources/apiextensions/crd-validation'
import { invalid, type Problem } from '@sampan/resources/errors'
import type { Admission, Admitted } from '../admission/interfaces.ts'
import { timeText } from '../time-text.ts'
import type { Crd, CrdVersion } from './custom-definition.ts'
import { hasRules } from './rules/has-rules.ts'

export const crdKind = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' }

/** Held by every CustomResourceDefinition until its objects are gone. */
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io'

/**
 * A new kind is served by the time the write is answered, so its conditions are set with the write: there is no moment
 * between created and Established.
 */
export const crdAdmission = (now: () => Date): Admission => ({
  name: 'CustomResourceDefinition',
  kinds: [`${crdKind.plural}.${crdKind.group}`],
  concerns: ({ operation, subresource }) => operation !== 'DELETE' && subresource === undefined,
  mutate: (write) => establish(write, timeText(now())),
  validate({ object, old }) {
    const crd = object as Crd
    const isRuled = ({ schema }: CrdVersion) => schema?.openAPIV3Schema && hasRules(schema.openAPIV3Schema)
    return crd.spec.versions.some(isRuled) ? checkSchemaRules(crd, old as Crd | undefined) : undefined
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

/** The rules in the schemas, which the kind's own validation leaves to the evaluator; loaded when there are any. */
async function checkSchemaRules(crd: Crd, old: Crd | undefined): Promise<void> {
  const { ruleProblems } = await import('./rules/rule-problems.ts')
  const problems: Problem[] = []
  const { versions } = crd.spec
  for (const [index, { name, schema }] of versions.entries()) {
    const root = schema?.openAPIV3Schema
    const before = old?.spec.versions.find((one) => one.name === name)?.schema?.openAPIV3Schema
    if (!root || !hasRules(root) || (before && jsonEqual(root, before))) continue
    const where = schemaPath(versions as never, index)
    if (index === 0 || !where.startsWith('spec.validation')) problems.push(...ruleProblems(root, where))
  }
  if (problems.length > 0)
    throw invalid({ kind: 'CustomResourceDefinition', group: crdKind.group }, crd.metadata.name, problems)
}
