import type { ClusterRole } from '@sampan/resources/rbac/cluster-role'
import type { RoleBinding } from '@sampan/resources/rbac/role-binding'
import type { Project, ProjectRole } from '@sampan/resources/sampan/project'
import { projectRoles } from '@sampan/resources/sampan/project'

type Rule = NonNullable<ClusterRole['rules']>[number]

const read = ['get', 'list', 'watch']
const write = ['create', 'update', 'patch', 'delete']

const reading: Rule[] = [
  { apiGroups: ['sampan.dev'], resources: ['*'], verbs: read },
  {
    apiGroups: [''],
    resources: [
      'pods',
      'pods/log',
      'pods/status',
      'services',
      'endpoints',
      'events',
      'configmaps',
      'persistentvolumeclaims',
      'serviceaccounts',
      'resourcequotas',
      'limitranges',
      'replicationcontrollers',
    ],
    verbs: read,
  },
  { apiGroups: ['apps', 'batch', 'autoscaling', 'policy'], resources: ['*'], verbs: read },
  {
    apiGroups: ['networking.k8s.io', 'discovery.k8s.io', 'events.k8s.io', 'metrics.k8s.io'],
    resources: ['*'],
    verbs: read,
  },
]

/** Ship code and operate what runs: no new objects besides the platform's own, no secrets. */
const developing: Rule[] = [
  { apiGroups: ['sampan.dev'], resources: ['apps', 'pipelines', 'rollouts'], verbs: ['create', 'update', 'patch'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['delete'] },
  { apiGroups: [''], resources: ['pods/exec', 'pods/attach', 'pods/portforward'], verbs: ['create', 'get'] },
]

const maintaining: Rule[] = [
  { apiGroups: ['sampan.dev'], resources: ['apps', 'environments', 'pipelines', 'rollouts'], verbs: write },
  { apiGroups: ['sampan.dev'], resources: ['rollouts', 'pipelines'], verbs: ['approve'] },
  { apiGroups: [''], resources: ['secrets'], verbs: [...read, ...write] },
  { apiGroups: [''], resources: ['configmaps', 'persistentvolumeclaims'], verbs: write },
]

const rulesOf: Readonly<Record<ProjectRole, Rule[]>> = {
  viewer: reading,
  developer: [...reading, ...developing],
  maintainer: [...reading, ...developing, ...maintaining],
  // Owners differ in what they may do to the Project itself: see `projectAccess`.
  owner: [...reading, ...developing, ...maintaining],
}

export const roleName = (role: ProjectRole) => `sampan:${role}`

/**
 * What each project role may do in the namespaces of its project. Nobody may write Releases or DnsRecords: the platform
 * carries them out with its own rights, so only what it has rendered and checked itself may be in them.
 */
export const roleDefinitions = (): ClusterRole[] =>
  projectRoles.map((role) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: roleName(role) },
    rules: rulesOf[role],
  }))

const everyoneName = 'sampan:everyone'

/** What everybody who is signed in may read, for the forms of every project are made of it: service types, storage classes. */
export const everyoneRole: ClusterRole = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: everyoneName },
  rules: [
    { apiGroups: ['sampan.dev'], resources: ['apptemplates'], verbs: read },
    { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: read },
  ],
}

export const everyoneBinding = {
  metadata: { name: everyoneName },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: everyoneName },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
}

/** One binding per role, with whoever has it; empty ones too, so that a member who left is taken out. */
export const roleBindings = (project: Project, namespace: string): RoleBinding[] =>
  projectRoles.map((role) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: roleName(role), namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: roleName(role) },
    subjects: subjects(membersWith(project, role)),
  }))

const membersWith = (project: Project, role: ProjectRole) =>
  (project.spec.members ?? []).flatMap((one) => (one.role === role ? [one.user] : []))

const subjects = (names: readonly string[]) =>
  names.map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }))

/** The Project object itself is no part of any namespace: who may see it, and who may change it. */
export function projectAccess(project: Project) {
  const { name } = project.metadata
  const of = (what: string, verbs: string[], users: readonly string[]) => {
    const metadata = { name: `sampan:project:${name}:${what}` }
    return {
      role: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata,
        rules: [{ apiGroups: ['sampan.dev'], resources: ['projects'], resourceNames: [name], verbs }],
      },
      binding: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
        subjects: subjects(users),
      },
    }
  }
  const everyone = (project.spec.members ?? []).map((one) => one.user)
  return [
    of('member', ['get'], [...new Set(everyone)]),
    of('owner', ['get', 'update', 'patch', 'delete'], membersWith(project, 'owner')),
  ]
}
