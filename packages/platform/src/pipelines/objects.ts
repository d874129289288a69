import { buildNamespace, systemNamespace } from '../config.ts'
import { policyFile, type Registries, registriesFile } from './builder-files.ts'
import { builderConfigName, buildPriority } from './pods.ts'

/** What has to be there before the first build. */
export function builderObjects(registries: Registries, network: { podCIDR: string; serviceCIDR: string }) {
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: buildNamespace, labels: { 'app.kubernetes.io/part-of': 'sampan' } },
      spec: {},
    },
    priorityClass: {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: buildPriority },
      value: -1000,
      globalDefault: false,
      preemptionPolicy: 'Never',
      description: 'Builds: they wait for everything that serves.',
    },
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: builderConfigName, namespace: buildNamespace },
      data: { 'registries.conf': registriesFile(registries), 'policy.json': policyFile },
    },
    /** The code of tenants runs in builds: they reach the outside and the platform, but no pod or Service of anybody. */
    networkPolicy: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'builds', namespace: buildNamespace },
      spec: {
        podSelector: {},
        policyTypes: ['Ingress', 'Egress'],
        ingress: [],
        egress: [
          {
            to: ['kube-system', systemNamespace].map((name) => ({
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
            })),
          },
          { to: [{ ipBlock: { cidr: '0.0.0.0/0', except: [network.podCIDR, network.serviceCIDR] } }] },
        ],
      },
    },
  }
}
