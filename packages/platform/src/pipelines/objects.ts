import { buildNamespace } from '../config.ts'
import { policyFile, type Registries, registriesFile } from './builder-files.ts'
import { builderConfigName, buildPriority } from './pods.ts'

/** What has to be there before the first build. */
export function builderObjects(registries: Registries) {
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
  }
}
