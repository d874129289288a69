import { each, fillPlain } from '../fill.ts'

export const rbacGroup = 'rbac.authorization.k8s.io'

interface Binding {
  roleRef?: { apiGroup?: string }
  subjects?: { kind: string; apiGroup?: string }[]
}

/** Users and groups belong to the RBAC group, service accounts to the core group (an absent `apiGroup`). */
export function defaultBinding({ roleRef, subjects }: Binding): void {
  if (roleRef) fillPlain(roleRef, { apiGroup: rbacGroup })
  for (const subject of each(subjects))
    if (subject.kind === 'User' || subject.kind === 'Group') fillPlain(subject, { apiGroup: rbacGroup })
}
