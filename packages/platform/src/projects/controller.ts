import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, apply, create, type Plan, remove, status } from '@sampan/control/plan'
import { namespace } from '@sampan/resources/core/namespace'
import { clusterRole } from '@sampan/resources/rbac/cluster-role'
import { clusterRoleBinding } from '@sampan/resources/rbac/cluster-role-binding'
import { roleBinding } from '@sampan/resources/rbac/role-binding'
import { app } from '@sampan/resources/sampan/app'
import { environment } from '@sampan/resources/sampan/environment'
import { type Project, project } from '@sampan/resources/sampan/project'
import { addFinalizer, dropFinalizer, hasFinalizer } from '../finalizers.ts'
import { namespaceRoleLabel, projectLabel } from '../labels.ts'
import { projectAccess, roleBindings } from './roles.ts'

const finalizer = 'sampan.dev/project'
const defaultEnvironment = 'test'

/** Gives a project its home namespace, its members their rights, and a first environment. */
export const projectController = (): Controller =>
  controller<Project>({
    name: 'project',
    component: 'sampan',
    kind: project,
    watches: [
      watch(namespace, (one) => named(one.metadata.labels?.[projectLabel])),
      watch(environment, (one) => named(one.metadata.namespace)),
      watch(app, (one) => named(one.metadata.namespace)),
    ],
    reads: [clusterRole, clusterRoleBinding] as unknown as Controller['reads'],
    reconcile: reconcileProject,
  })

const named = (name: string | undefined) => (name ? [{ name }] : [])

export function reconcileProject(one: Project, snapshot: Snapshot): Plan {
  if (one.metadata.deletionTimestamp) return takeDown(one, snapshot)
  const { name } = one.metadata
  if (!hasFinalizer(one, finalizer)) return [addFinalizer(project, one, finalizer)]
  const home = snapshot.get(namespace, { name })
  if (home && home.metadata.labels?.[projectLabel] !== name) {
    return [status(project, one, { ...one.status, phase: 'Failed', message: takenMessage(name) })]
  }
  if (home?.metadata.deletionTimestamp) return [again(1000)]
  const environments = snapshot.list(environment, name).map((each) => each.metadata.name)
  const isNew = environments.length === 0 && one.status?.phase !== 'Active'
  return [
    apply(namespace, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { [projectLabel]: name, [namespaceRoleLabel]: 'home' } },
    }),
    ...roleBindings(one, name).map((each) => apply(roleBinding, each)),
    ...projectAccess(one).flatMap((each) => [apply(clusterRole, each.role), apply(clusterRoleBinding, each.binding)]),
    ...(isNew ? [create(environment, firstEnvironment(one))] : []),
    status(project, one, {
      phase: 'Active',
      environments: (isNew ? [defaultEnvironment] : environments).toSorted(),
    }),
  ]
}

export const takenMessage = (name: string) =>
  `The namespace "${name}" already exists and belongs to something else: choose another project name.`

const firstEnvironment = ({ metadata }: Project) => ({
  apiVersion: 'sampan.dev/v1',
  kind: 'Environment',
  metadata: {
    name: defaultEnvironment,
    namespace: metadata.name,
    ownerReferences: [
      { apiVersion: 'sampan.dev/v1', kind: 'Project', name: metadata.name, uid: metadata.uid ?? '', controller: true },
    ],
  },
  spec: { cluster: 'local', order: 0, policy: 'automatic' },
})

/** Apps first, so that each cleans up after itself; then the environments, then the home; the project goes last. */
function takeDown(one: Project, snapshot: Snapshot): Plan {
  const { name } = one.metadata
  if (!hasFinalizer(one, finalizer)) return []
  const home = snapshot.get(namespace, { name })
  const isOurs = home?.metadata.labels?.[projectLabel] === name
  const said = status(project, one, { ...one.status, phase: 'Terminating' })
  const apps = isOurs ? snapshot.list(app, name) : []
  if (apps.length > 0) return [said, ...unmarked(apps).map((each) => remove(app, each)), again(5000)]
  const environments = isOurs ? snapshot.list(environment, name) : []
  if (environments.length > 0) {
    return [said, ...unmarked(environments).map((each) => remove(environment, each)), again(5000)]
  }
  if (isOurs) return [said, ...unmarked([home]).map((each) => remove(namespace, each)), again(5000)]
  const access = projectAccess(one).map((each) => each.role.metadata.name)
  return [
    ...access.flatMap((each) => [
      ...[snapshot.get(clusterRole, { name: each })].flatMap((found) => (found ? [remove(clusterRole, found)] : [])),
      ...[snapshot.get(clusterRoleBinding, { name: each })].flatMap((found) =>
        found ? [remove(clusterRoleBinding, found)] : [],
      ),
    ]),
    dropFinalizer(project, one, finalizer),
  ]
}

const unmarked = <T extends { metadata: { deletionTimestamp?: string } }>(all: readonly T[]) =>
  all.filter((one) => !one.metadata.deletionTimestamp)
