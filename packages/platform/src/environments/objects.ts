import type { LimitRange } from '@sampan/resources/core/limit-range'
import type { ResourceQuota } from '@sampan/resources/core/resource-quota'
import type { Secret } from '@sampan/resources/core/secret'
import type { NetworkPolicy } from '@sampan/resources/networking/network-policy'
import { pullSecretName, systemNamespace } from '../config.ts'
import { environmentLabel, namespaceRoleLabel, projectLabel } from '../labels.ts'

interface Of {
  project: string
  environment: string
  namespace: string
}

export const namespaceOf = ({ project, environment, namespace }: Of) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: namespace,
    labels: {
      [projectLabel]: project,
      [environmentLabel]: environment,
      [namespaceRoleLabel]: 'environment',
      'pod-security.kubernetes.io/enforce': 'baseline',
    },
  },
})

/**
 * Nobody reaches the pods of a project but the project itself, its front door and the platform; everything a pod asks for
 * itself (name server, other services, the outside) stays open.
 */
export const isolation = ({ project, namespace }: Of): NetworkPolicy => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'sampan-isolation', namespace },
  spec: {
    podSelector: {},
    policyTypes: ['Ingress'],
    ingress: [
      {
        from: [
          { namespaceSelector: { matchLabels: { [projectLabel]: project } } },
          {
            namespaceSelector: {
              matchExpressions: [
                {
                  key: 'kubernetes.io/metadata.name',
                  operator: 'In',
                  values: [systemNamespace, 'ingress-nginx', 'kube-system'],
                },
              ],
            },
          },
        ],
      },
    ],
  },
})

export const quotaObject = ({ namespace }: Of, hard: Record<string, string>): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'sampan-quota', namespace },
  spec: { hard },
})

/** Under a quota every container must state its resources: these stand in where it does not. */
export const defaultLimits = ({ namespace }: Of): LimitRange => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: { name: 'sampan-defaults', namespace },
  spec: {
    limits: [
      {
        type: 'Container',
        default: { cpu: '500m', memory: '256Mi' },
        defaultRequest: { cpu: '50m', memory: '128Mi' },
      },
    ],
  },
})

export const pullSecret = ({ namespace }: Of, configJson: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: pullSecretName, namespace },
  type: 'kubernetes.io/dockerconfigjson',
  data: { '.dockerconfigjson': Buffer.from(configJson).toString('base64') },
})
