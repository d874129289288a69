import { className, controllerName } from './routes.ts'

export interface IngressManifestOptions {
  /** The ingress image's full name. */
  image: string
  /** The folder shared with the engine, on the host. */
  folder: string
  namespace?: string
}

/** Where the pod sees the shared folder. */
export const folderInPod = '/ingress'

/** The pod says so in a file of its own: another on the same ports must not answer for it. */
const isUp = { exec: { command: ['test', '-e', '/run/ingress-ready'] } }

/** Objects to apply, in order: namespace, class `nginx` (the default one), and the system pod on the node's own network. */
export function ingressManifest({ image, folder, namespace = 'sampan-system' }: IngressManifestOptions) {
  const labels = { 'app.kubernetes.io/name': 'ingress', 'app.kubernetes.io/part-of': 'sampan' }
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: {
        name: className,
        labels,
        annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' },
      },
      spec: { controller: controllerName },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'ingress', namespace, labels },
      spec: {
        replicas: 1,
        revisionHistoryLimit: 2,
        selector: { matchLabels: { 'app.kubernetes.io/name': 'ingress' } },
        // The next one listens on the same ports before the old one stops, after an upgrade as after the loss of the pod:
        // a DaemonSet would wait for the old one to be gone.
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: { labels },
          spec: {
            hostNetwork: true,
            dnsPolicy: 'Default',
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            priorityClassName: 'system-node-critical',
            terminationGracePeriodSeconds: 60,
            tolerations: [{ operator: 'Exists' }],
            containers: [
              {
                name: 'nginx',
                image,
                imagePullPolicy: 'IfNotPresent',
                env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
                // Each look starts a program: often only until it is up, for nothing changes after that.
                startupProbe: { ...isUp, periodSeconds: 1, failureThreshold: 300 },
                readinessProbe: { ...isUp, periodSeconds: 10, failureThreshold: 1 },
                resources: { requests: { cpu: '50m', memory: '48Mi' } },
                volumeMounts: [{ name: 'shared', mountPath: folderInPod }],
              },
            ],
            volumes: [{ name: 'shared', hostPath: { path: folder, type: 'DirectoryOrCreate' } }],
          },
        },
      },
    },
  ]
}
