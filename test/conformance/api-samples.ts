/** The smallest object of each kind, and a status it can have: what every client may do with every kind is tried on these. */
export interface Sample {
  /** `<group>/<version>`, or `v1`. */
  apiVersion: string
  plural: string
  kind: string
  namespaced?: boolean
  /** A name where the kind has rules for it; default: `sample-<n>`. */
  name?: (n: number) => string
  body?: object
  /** For `PATCH /status`, and what must be read back. */
  status?: object
  /** Kinds whose `/status` takes no labels and annotations. */
  onlyStatus?: true
  /** Kinds that cannot be deleted as a collection. */
  single?: true
}

const labels = { app: 'sample' }
const container = { name: 'c', image: 'x' }
const template = { metadata: { labels }, spec: { containers: [container] } }
const selector = { matchLabels: labels }
const namespaced = true
const condition = {
  type: 'Sampled',
  status: 'True',
  reason: 'Test',
  message: 'a condition',
  lastTransitionTime: '2026-01-01T00:00:00Z',
}
const conditions = [condition]
const csr = Buffer.from('-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n').toString('base64')
const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }]
const subjects = [{ kind: 'User', name: 'ana', apiGroup: 'rbac.authorization.k8s.io' }]
const webhook = {
  name: 'a.example.com',
  clientConfig: { url: 'https://127.0.0.1:1/x' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  rules: [{ apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nones'] }],
}
const matchConstraints = { resourceRules: webhook.rules }

export const samples: readonly Sample[] = [
  { apiVersion: 'v1', plural: 'configmaps', kind: 'ConfigMap', namespaced, body: { data: { a: '1' } } },
  { apiVersion: 'v1', plural: 'secrets', kind: 'Secret', namespaced, body: { stringData: { a: '1' } } },
  {
    apiVersion: 'v1',
    plural: 'services',
    kind: 'Service',
    namespaced,
    body: { spec: { ports: [{ port: 80 }], selector: labels } },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] }, conditions },
  },
  { apiVersion: 'v1', plural: 'serviceaccounts', kind: 'ServiceAccount', namespaced },
  { apiVersion: 'v1', plural: 'endpoints', kind: 'Endpoints', namespaced },
  { apiVersion: 'v1', plural: 'podtemplates', kind: 'PodTemplate', namespaced, body: { template } },
  {
    apiVersion: 'v1',
    plural: 'limitranges',
    kind: 'LimitRange',
    namespaced,
    body: { spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } },
  },
  {
    apiVersion: 'v1',
    plural: 'resourcequotas',
    kind: 'ResourceQuota',
    namespaced,
    body: { spec: { hard: { 'count/nones.example.com': '1' } } },
    status: { hard: { 'count/nones.example.com': '1' }, used: { 'count/nones.example.com': '0' } },
  },
  {
    apiVersion: 'v1',
    plural: 'replicationcontrollers',
    kind: 'ReplicationController',
    namespaced,
    body: { spec: { replicas: 0, template } },
    status: { replicas: 0, conditions },
  },
  {
    apiVersion: 'v1',
    plural: 'persistentvolumeclaims',
    kind: 'PersistentVolumeClaim',
    namespaced,
    body: {
      spec: {
        accessModes: ['ReadWriteOnce'],
        storageClassName: 'none',
        resources: { requests: { storage: '1Gi' } },
      },
    },
    status: { phase: 'Pending', conditions },
  },
  {
    apiVersion: 'v1',
    plural: 'persistentvolumes',
    kind: 'PersistentVolume',
    body: {
      spec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        storageClassName: 'none',
        hostPath: { path: '/tmp/none' },
      },
    },
    status: { phase: 'Failed', message: 'a message' },
  },
  {
    apiVersion: 'v1',
    plural: 'nodes',
    kind: 'Node',
    body: { spec: { unschedulable: true } },
    status: { capacity: { 'example.com/thing': '3' }, allocatable: { 'example.com/thing': '3' } },
  },
  { apiVersion: 'v1', plural: 'namespaces', kind: 'Namespace', status: { conditions }, single: true },
  {
    apiVersion: 'v1',
    plural: 'events',
    kind: 'Event',
    namespaced,
    body: { involvedObject: { kind: 'Pod', name: 'x', namespace: 'samples' }, reason: 'Test', type: 'Normal' },
  },
  {
    apiVersion: 'events.k8s.io/v1',
    plural: 'events',
    kind: 'Event',
    namespaced,
    body: {
      eventTime: '2026-01-01T00:00:00.000000Z',
      reportingController: 'test',
      reportingInstance: 'test-1',
      action: 'Do',
      reason: 'Test',
      type: 'Normal',
      regarding: { kind: 'Pod', name: 'x', namespace: 'samples' },
    },
  },
  {
    apiVersion: 'apps/v1',
    plural: 'deployments',
    kind: 'Deployment',
    namespaced,
    body: { spec: { replicas: 0, selector, template } },
    status: { conditions: [...conditions, { ...condition, type: 'Progressing' }] },
  },
  {
    apiVersion: 'apps/v1',
    plural: 'replicasets',
    kind: 'ReplicaSet',
    namespaced,
    body: { spec: { replicas: 0, selector, template } },
    status: { replicas: 0, conditions },
  },
  {
    apiVersion: 'apps/v1',
    plural: 'statefulsets',
    kind: 'StatefulSet',
    namespaced,
    body: { spec: { replicas: 0, serviceName: 's', selector, template } },
    status: { replicas: 0, conditions },
  },
  {
    apiVersion: 'apps/v1',
    plural: 'daemonsets',
    kind: 'DaemonSet',
    namespaced,
    body: {
      spec: { selector, template: { ...template, spec: { ...template.spec, nodeSelector: { none: 'none' } } } },
    },
    status: {
      currentNumberScheduled: 0,
      numberMisscheduled: 0,
      desiredNumberScheduled: 0,
      numberReady: 0,
      conditions,
    },
  },
  {
    apiVersion: 'apps/v1',
    plural: 'controllerrevisions',
    kind: 'ControllerRevision',
    namespaced,
    body: { revision: 1, data: { a: 1 } },
  },
  {
    apiVersion: 'batch/v1',
    plural: 'jobs',
    kind: 'Job',
    namespaced,
    body: {
      spec: { suspend: true, template: { spec: { containers: [container], restartPolicy: 'Never' } } },
    },
    status: { startTime: null, conditions },
  },
  {
    apiVersion: 'batch/v1',
    plural: 'cronjobs',
    kind: 'CronJob',
    namespaced,
    body: {
      spec: {
        schedule: '0 0 1 1 *',
        suspend: true,
        jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
      },
    },
    status: { lastScheduleTime: '2026-01-01T00:00:00Z' },
  },
  {
    apiVersion: 'autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    kind: 'HorizontalPodAutoscaler',
    namespaced,
    body: { spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' } } },
    status: { desiredReplicas: 0, currentReplicas: 0, conditions },
  },
  {
    apiVersion: 'policy/v1',
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    namespaced,
    body: { spec: { minAvailable: 1, selector: { matchLabels: { none: 'none' } } } },
    status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, conditions },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingresses',
    kind: 'Ingress',
    namespaced,
    body: { spec: { defaultBackend: { service: { name: 'none', port: { number: 80 } } } } },
    status: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ingressclasses',
    kind: 'IngressClass',
    body: { spec: { controller: 'example.com/controller' } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    plural: 'networkpolicies',
    kind: 'NetworkPolicy',
    namespaced,
    body: { spec: { podSelector: selector, policyTypes: ['Ingress'] } },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    plural: 'servicecidrs',
    kind: 'ServiceCIDR',
    body: { spec: { cidrs: ['10.250.0.0/24'] } },
    status: { conditions },
  },
  {
    apiVersion: 'networking.k8s.io/v1',
    plural: 'ipaddresses',
    kind: 'IPAddress',
    name: (n) => ['203.0.113.1', '2001:db8::42:1dff', '255.255.255.255'][n]!,
    body: { spec: { parentRef: { resource: 'services', name: 'x', namespace: 'samples' } } },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    plural: 'endpointslices',
    kind: 'EndpointSlice',
    namespaced,
    body: { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'http', port: 80 }] },
  },
  { apiVersion: 'node.k8s.io/v1', plural: 'runtimeclasses', kind: 'RuntimeClass', body: { handler: 'runc' } },
  {
    apiVersion: 'scheduling.k8s.io/v1',
    plural: 'priorityclasses',
    kind: 'PriorityClass',
    body: { value: 5, description: 'a class' },
  },
  {
    apiVersion: 'coordination.k8s.io/v1',
    plural: 'leases',
    kind: 'Lease',
    namespaced,
    body: { spec: { holderIdentity: 'me', leaseDurationSeconds: 30 } },
  },
  { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'roles', kind: 'Role', namespaced, body: { rules } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    plural: 'rolebindings',
    kind: 'RoleBinding',
    namespaced,
    body: { subjects, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'x' } },
  },
  { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'clusterroles', kind: 'ClusterRole', body: { rules } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    plural: 'clusterrolebindings',
    kind: 'ClusterRoleBinding',
    body: { subjects, roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' } },
  },
  {
    apiVersion: 'certificates.k8s.io/v1',
    plural: 'certificatesigningrequests',
    kind: 'CertificateSigningRequest',
    body: { spec: { request: csr, signerName: 'example.com/signer', usages: ['client auth'] } },
    status: { conditions: [{ ...condition, lastUpdateTime: condition.lastTransitionTime }] },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'storageclasses',
    kind: 'StorageClass',
    body: { provisioner: 'example.com/none' },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'volumeattributesclasses',
    kind: 'VolumeAttributesClass',
    body: { driverName: 'example.com', parameters: { a: 'b' } },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'volumeattachments',
    kind: 'VolumeAttachment',
    body: { spec: { attacher: 'example.com', nodeName: 'none', source: { persistentVolumeName: 'none' } } },
    status: { attached: false, attachError: { message: 'no' } },
    onlyStatus: true,
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csidrivers',
    kind: 'CSIDriver',
    body: { spec: { podInfoOnMount: true } },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csinodes',
    kind: 'CSINode',
    body: { spec: { drivers: [{ name: 'd', nodeID: 'n' }] } },
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csistoragecapacities',
    kind: 'CSIStorageCapacity',
    namespaced,
    body: { storageClassName: 'none', capacity: '1Gi' },
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    plural: 'flowschemas',
    kind: 'FlowSchema',
    body: {
      spec: {
        matchingPrecedence: 10000,
        priorityLevelConfiguration: { name: 'global-default' },
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'none' } }],
            nonResourceRules: [{ nonResourceURLs: ['*'], verbs: ['*'] }],
          },
        ],
      },
    },
    status: { conditions },
    onlyStatus: true,
  },
  {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    plural: 'prioritylevelconfigurations',
    kind: 'PriorityLevelConfiguration',
    body: {
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } },
    },
    status: { conditions },
    onlyStatus: true,
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingwebhookconfigurations',
    kind: 'ValidatingWebhookConfiguration',
    body: { webhooks: [webhook] },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingwebhookconfigurations',
    kind: 'MutatingWebhookConfiguration',
    body: { webhooks: [webhook] },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingadmissionpolicies',
    kind: 'ValidatingAdmissionPolicy',
    body: { spec: { matchConstraints, validations: [{ expression: 'true' }] } },
    status: { conditions },
    onlyStatus: true,
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingadmissionpolicybindings',
    kind: 'ValidatingAdmissionPolicyBinding',
    body: { spec: { policyName: 'none', validationActions: ['Deny'] } },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingadmissionpolicies',
    kind: 'MutatingAdmissionPolicy',
    body: {
      spec: {
        matchConstraints,
        reinvocationPolicy: 'Never',
        mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Object{}' } }],
      },
    },
  },
  {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingadmissionpolicybindings',
    kind: 'MutatingAdmissionPolicyBinding',
    body: { spec: { policyName: 'none' } },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    plural: 'deviceclasses',
    kind: 'DeviceClass',
    body: { spec: { selectors: [{ cel: { expression: 'true' } }] } },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    plural: 'resourceclaims',
    kind: 'ResourceClaim',
    namespaced,
    body: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'none' } }] } } },
    status: {
      allocation: { devices: { results: [{ request: 'r', driver: 'example.com', pool: 'p', device: 'd' }] } },
    },
    onlyStatus: true,
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    plural: 'resourceclaimtemplates',
    kind: 'ResourceClaimTemplate',
    namespaced,
    body: { spec: { spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'none' } }] } } } },
  },
  {
    apiVersion: 'resource.k8s.io/v1',
    plural: 'resourceslices',
    kind: 'ResourceSlice',
    body: {
      spec: { driver: 'example.com', nodeName: 'none', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } },
    },
  },
]
