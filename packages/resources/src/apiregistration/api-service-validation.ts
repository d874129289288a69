import { dns1035LabelProblems } from '@sampan/kit/names'
import { named, type Problems } from '../check.ts'
import { invalidValue, required } from '../problem.ts'
import type { ApiService } from './api-service.ts'

export function* apiServiceProblems({ metadata, spec }: ApiService): Problems {
  if (!spec) {
    yield required('spec')
    return
  }
  const wanted = `${spec.version ?? ''}.${spec.group ?? ''}`
  if (metadata.name !== wanted)
    yield invalidValue(
      'metadata.name',
      metadata.name,
      `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`,
    )
  yield* named('spec.version', spec.version, dns1035LabelProblems)
  for (const [field, max] of [
    ['groupPriorityMinimum', 20000],
    ['versionPriority', 1000],
  ] as const) {
    const value = spec[field]
    if (!(value > 0 && value <= max))
      yield invalidValue(`spec.${field}`, value ?? 0, `must be positive and less than ${max}`)
  }
  if (!spec.service) {
    if (spec.caBundle) yield invalidValue('spec.caBundle', '<not shown>', 'local APIServices may not have a caBundle')
    if (spec.insecureSkipTLSVerify)
      yield invalidValue('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')
    return
  }
  if (!spec.service.namespace) yield required('spec.service.namespace')
  if (!spec.service.name) yield required('spec.service.name')
  if (spec.insecureSkipTLSVerify && spec.caBundle)
    yield invalidValue('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')
}
