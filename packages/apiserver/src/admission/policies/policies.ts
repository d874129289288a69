import type { Admission, Admitted } from '../interfaces.ts'
import { isExempt } from '../matching.ts'

const group = 'admissionregistration.k8s.io'
const prefix = `/${group}`

/** The evaluator is loaded by the first write while there are bindings: an engine without policies never does. */
function lazily<Module>(load: () => Promise<Module>, use: (module: Module, write: Admitted) => void | Promise<void>) {
  let loaded: Module | undefined
  return (write: Admitted): void | Promise<void> => {
    if (loaded) return use(loaded, write)
    return load().then((module) => {
      loaded = module
      return use(module, write)
    })
  }
}

/** MutatingAdmissionPolicies and their bindings. */
export const mutatingPolicies: Admission = {
  name: 'MutatingAdmissionPolicy',
  concerns: (write) =>
    write.object !== undefined &&
    write.operation !== 'CONNECT' &&
    write.objects.store.count(`${prefix}/mutatingadmissionpolicybindings/`) > 0 &&
    !isExempt(write),
  mutate: lazily(
    () => import('./mutate.ts'),
    ({ mutateByPolicies }, write) => mutateByPolicies(write),
  ),
}

/** ValidatingAdmissionPolicies and their bindings. */
export const validatingPolicies: Admission = {
  name: 'ValidatingAdmissionPolicy',
  concerns: (write) =>
    write.objects.store.count(`${prefix}/validatingadmissionpolicybindings/`) > 0 && !isExempt(write),
  validate: lazily(
    () => import('./validate.ts'),
    ({ validatePolicies }, write) => validatePolicies(write),
  ),
}

/** Expressions of policies and webhooks must compile; what schemas say about those of policies is put into their status. */
export const expressionChecks: Admission = {
  name: 'AdmissionExpressions',
  kinds: [
    'validatingadmissionpolicies',
    'mutatingadmissionpolicies',
    'validatingwebhookconfigurations',
    'mutatingwebhookconfigurations',
  ].map((plural) => `${plural}.${group}`),
  concerns: ({ object, subresource }) => object !== undefined && subresource === undefined,
  mutate: lazily(
    () => import('./expression-checks.ts'),
    ({ typeCheck }, write) => typeCheck(write),
  ),
  validate: lazily(
    () => import('./expression-checks.ts'),
    ({ checkExpressions }, write) => checkExpressions(write),
  ),
}
