import { child, each, fillPlain } from '../fill.ts'

export const rbacGroup = 'rbac.authorization.k8s.io'

interface Binding {
  roleRef?: { apiGroup?: string }
  subjects?: { kind: string; apiGroup?: string }[]
}

/** Users and groups belong to the RBAC group, service accounts to the core group (an absent `apiGroup`). */
export function defaultBinding(binding: Binding): void {
  fillPlain(child(binding, 'roleRef'), { apiGroup: rbacGroup })
  for (const subject of each(binding.subjects))
    if (subject.kind === 'User' || subject.kind === 'Group') fillPlain(subject, { apiGroup: rbacGroup })
}
