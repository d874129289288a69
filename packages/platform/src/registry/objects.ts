import { createHash } from 'node:crypto'
import type { PlatformConfig } from '../config.ts'
import { systemNamespace } from '../config.ts'
import { registryConfigFile } from './config.ts'
import { registrySecretName } from './keys.ts'

interface Options {
  config: PlatformConfig
  /** Name of the registry's image on the node. */
  image: string
  /** Folder on the node where images are kept. */
  folder: string
}

const mounted = { config: '/etc/sampan-registry', keys: '/etc/sampan-registry-keys', data: '/var/lib/registry' }
const name = 'registry'
const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'sampan' }

/** The registry's objects: an ordinary pod of the system namespace, on the node's network so that containerd reaches it. */
export function registryObjects({ config, image, folder }: Options) {
  const port = config.ports.registry
  const file = registryConfigFile({
    port,
    folder: mounted.data,
    certificate: `${mounted.keys}/token.crt`,
    platformURL: config.platformURL,
  })
  const metadata = { name, namespace: systemNamespace, labels }
  const probe = { httpGet: { path: '/', port, host: '127.0.0.1' }, timeoutSeconds: 5 }
  return {
    configMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'config.yml': file } },
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ name: 'http', port, targetPort: port, protocol: 'TCP' }] },
    },
    deployment: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        // Two on one node would fight for the port and for the folder.
        strategy: { type: 'Recreate' },
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            // The program reads its file once.
            annotations: { 'sampan.dev/config-hash': createHash('sha256').update(file).digest('hex').slice(0, 16) },
          },
          spec: {
            hostNetwork: true,
            dnsPolicy: 'Default',
            priorityClassName: 'system-cluster-critical',
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: 10,
            containers: [
              {
                name,
                image,
                imagePullPolicy: 'IfNotPresent',
                command: ['docker-registry', 'serve', `${mounted.config}/config.yml`],
                env: [
                  {
                    name: 'REGISTRY_HTTP_SECRET',
                    valueFrom: { secretKeyRef: { name: registrySecretName, key: 'http-secret' } },
                  },
                  { name: 'OTEL_TRACES_EXPORTER', value: 'none' },
                ],
                ports: [{ name: 'http', containerPort: port, hostPort: port, protocol: 'TCP' }],
                readinessProbe: { ...probe, periodSeconds: 2, failureThreshold: 3 },
                livenessProbe: { ...probe, periodSeconds: 20, failureThreshold: 6 },
                resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '512Mi' } },
                volumeMounts: [
                  { name: 'config', mountPath: mounted.config, readOnly: true },
                  { name: 'keys', mountPath: mounted.keys, readOnly: true },
                  { name: 'data', mountPath: mounted.data },
                ],
              },
            ],
            volumes: [
              { name: 'config', configMap: { name } },
              {
                name: 'keys',
                secret: { secretName: registrySecretName, items: [{ key: 'token.crt', path: 'token.crt' }] },
              },
              { name: 'data', hostPath: { path: folder, type: 'DirectoryOrCreate' } },
            ],
          },
        },
      },
    },
  }
}
