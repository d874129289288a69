/** How strategic merge treats a field: upstream's `patchStrategy` and `patchMergeKey` tags, by place in the object. */
export interface MergeRule {
  fields?: Readonly<Record<string, MergeRule>>
  /** A list of objects merged by this member. */
  key?: string
  /** A list of plain values merged as a set. */
  isSet?: true
  /** Not merged but replaced, though an object. */
  replace?: true
}

const byKey = (key: string, fields?: MergeRule['fields']): MergeRule => ({ key, ...(fields && { fields }) })
const within = (fields: Readonly<Record<string, MergeRule>>): MergeRule => ({ fields })
const set: MergeRule = { isSet: true }

const metadata = within({ ownerReferences: byKey('uid'), finalizers: set })
const conditions = within({ conditions: byKey('type') })

const container = {
  env: byKey('name'),
  ports: byKey('containerPort'),
  volumeMounts: byKey('mountPath'),
  volumeDevices: byKey('devicePath'),
}

const podSpec = within({
  containers: byKey('name', container),
  initContainers: byKey('name', container),
  ephemeralContainers: byKey('name', container),
  imagePullSecrets: byKey('name'),
  schedulingGates: byKey('name'),
  volumes: byKey('name'),
  resourceClaims: byKey('name'),
  hostAliases: byKey('ip'),
  topologySpreadConstraints: byKey('topologyKey'),
})

const template = within({ metadata, spec: podSpec })
const withTemplate = within({ metadata, spec: within({ template }), status: conditions })
const plain = within({ metadata })
const withConditions = within({ metadata, status: conditions })
const webhooks = within({ metadata, webhooks: byKey('name', { matchConditions: byKey('name') }) })
const policy = within({
  metadata,
  spec: within({ matchConditions: byKey('name'), variables: byKey('name') }),
  status: within({}),
})

const rules: Readonly<Record<string, MergeRule>> = {
  '/Pod': within({
    metadata,
    spec: podSpec,
    status: within({
      conditions: byKey('type'),
      podIPs: byKey('ip'),
      hostIPs: byKey('ip'),
      resourceClaimStatuses: byKey('name'),
    }),
  }),
  '/PodTemplate': within({ metadata, template }),
  '/ReplicationController': withTemplate,
  '/Service': within({ metadata, spec: within({ ports: byKey('port') }), status: conditions }),
  '/ServiceAccount': within({ metadata, secrets: byKey('name'), imagePullSecrets: byKey('name') }),
  '/Node': within({
    metadata,
    spec: within({ podCIDRs: set }),
    status: within({ conditions: byKey('type'), addresses: byKey('type') }),
  }),
  '/Namespace': withConditions,
  '/PersistentVolumeClaim': withConditions,
  '/ComponentStatus': within({ metadata, conditions: byKey('type') }),
  'apps/Deployment': withTemplate,
  'apps/ReplicaSet': withTemplate,
  'apps/DaemonSet': withTemplate,
  'apps/StatefulSet': withTemplate,
  'batch/Job': withTemplate,
  'batch/CronJob': within({
    metadata,
    spec: within({ jobTemplate: within({ metadata, spec: within({ template }) }) }),
  }),
  'autoscaling/HorizontalPodAutoscaler': withConditions,
  'policy/PodDisruptionBudget': within({
    metadata,
    spec: within({ selector: { replace: true } }),
    status: conditions,
  }),
  'storage.k8s.io/CSINode': within({ metadata, spec: within({ drivers: byKey('name') }) }),
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhooks,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': policy,
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': policy,
  'flowcontrol.apiserver.k8s.io/FlowSchema': withConditions,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': withConditions,
  'networking.k8s.io/ServiceCIDR': withConditions,
  'apiregistration.k8s.io/APIService': withConditions,
  'resource.k8s.io/ResourceClaim': within({ metadata, status: within({ reservedFor: byKey('uid') }) }),
}

/** The rules for one kind; lists without an entry are replaced whole. */
export const mergeRulesOf = ({ group, kind }: { group: string; kind: string }): MergeRule =>
  rules[`${group}/${kind}`] ?? plain
