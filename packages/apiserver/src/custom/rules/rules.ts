import { invalid } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { Admission, Admitted } from '../../admission/interfaces.ts'
import { hasRules } from './has-rules.ts'

type Module = typeof import('./check-rules.ts')

let loaded: Module | undefined

/** `x-kubernetes-validations` of custom kinds. The evaluator is loaded by the first write of a kind that has rules. */
export const customRules: Admission = {
  name: 'CustomResourceRules',
  concerns: ({ definition: { schema }, object }) => object !== undefined && schema !== undefined && hasRules(schema),
  validate(write) {
    if (loaded) return verdict(loaded, write)
    return import('./check-rules.ts').then((module) => {
      loaded = module
      verdict(module, write)
    })
  },
}

function verdict({ checkRules }: Module, { definition, object, old, warnings }: Admitted): void {
  const found = checkRules(definition.schema!, object, old)
  warnings.push(...found.warnings)
  if (found.problems.length > 0) throw invalid(definition, (object as KubeObject).metadata.name, found.problems)
}
