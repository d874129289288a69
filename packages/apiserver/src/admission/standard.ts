import { certificateRequests } from './certificate-requests.ts'
import { defaultIngressClass, defaultStorageClass } from './default-classes.ts'
import { defaultTolerations } from './default-tolerations.ts'
import type { Admission } from './interfaces.ts'
import { limitRanger } from './limit-ranger.ts'
import { podSecurity } from './pod-security.ts'
import { expressionChecks, mutatingPolicies, validatingPolicies } from './policies/policies.ts'
import { priorityAdmission } from './priority.ts'
import { quotaUsage, resourceQuota } from './resource-quota.ts'
import { runtimeClassAdmission } from './runtime-class.ts'
import { serviceAccountAdmission } from './service-account.ts'
import { type ServiceAllocationOptions, serviceAllocation } from './service-allocation.ts'
import { storageProtection } from './storage-protection.ts'
import { mutatingWebhooks, validatingWebhooks } from './webhooks/webhooks.ts'

/** The rules of a whole cluster, in the order Kubernetes applies them. `more` comes before quota is charged. */
export const standardAdmission = (options: ServiceAllocationOptions, more: readonly Admission[] = []): Admission[] => [
  limitRanger,
  serviceAccountAdmission(options.random),
  defaultTolerations,
  priorityAdmission,
  runtimeClassAdmission,
  storageProtection,
  defaultStorageClass,
  defaultIngressClass,
  serviceAllocation(options),
  certificateRequests,
  expressionChecks,
  mutatingPolicies,
  mutatingWebhooks,
  quotaUsage,
  podSecurity,
  ...more,
  validatingPolicies,
  validatingWebhooks,
  resourceQuota,
]
