import { type Controller, controller, type Snapshot, watch } from '@sampan/control/controller'
import { again, apply, type Plan, remove, status } from '@sampan/control/plan'
import { limitRange } from '@sampan/resources/core/limit-range'
import { namespace } from '@sampan/resources/core/namespace'
import { resourceQuota } from '@sampan/resources/core/resource-quota'
import { secret } from '@sampan/resources/core/secret'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import { roleBinding } from '@sampan/resources/rbac/role-binding'
import { type Environment, environment } from '@sampan/resources/sampan/environment'
import { type Project, project } from '@sampan/resources/sampan/project'
import { addFinalizer, dropFinalizer, hasFinalizer } from '../finalizers.ts'
import { environmentLabel, projectLabel } from '../labels.ts'
import { takenMessage } from '../projects/controller.ts'
import { roleBindings } from '../projects/roles.ts'
import { defaultLimits, isolation, namespaceOf, pullSecret, quotaObject } from './objects.ts'
import { quotaOf } from './quota.ts'

const finalizer = 'sampan.dev/environment'

export interface EnvironmentOptions {
  /** Domain of the platform: environments without their own get `<project>.<domain>`. */
  domain: string
  /** Docker `config.json` that may pull the project's images. */
  pullConfigJson(project: string): string | Promise<string>
}

/** Gives an environment its namespace: rights, isolation, quota and the right to pull the project's images. */
export const environmentController = (options: EnvironmentOptions): Controller =>
  controller<Environment>({
    name: 'environment',
    component: 'sampan',
    kind: environment,
    watches: [
      watch(project, (one, snapshot) => snapshot.list(environment, one.metadata.name).map((each) => each.metadata)),
      watch(environment, (one, snapshot) =>
        snapshot.list(environment, one.metadata.namespace).map((each) => each.metadata),
      ),
      watch(namespace, ({ metadata: { labels } }) => {
        const { [projectLabel]: home, [environmentLabel]: name } = labels ?? {}
        return home && name ? [{ namespace: home, name }] : []
      }),
    ],
    reads: [resourceQuota, limitRange] as unknown as Controller['reads'],
    reconcile: (one, snapshot) => reconcileEnvironment(one, snapshot, options),
  })

export async function reconcileEnvironment(
  one: Environment,
  snapshot: Snapshot,
  { domain, pullConfigJson }: EnvironmentOptions,
): Promise<Plan> {
  const { name, namespace: home = '' } = one.metadata
  const of = { project: home, environment: name, namespace: one.spec.namespace ?? `${home}-${name}` }
  const live = snapshot.get(namespace, { name: of.namespace })
  const labels = live?.metadata.labels
  const isOurs = labels?.[projectLabel] === home && labels[environmentLabel] === name
  if (one.metadata.deletionTimestamp) {
    if (!hasFinalizer(one, finalizer)) return []
    if (live && isOurs) return [...(live.metadata.deletionTimestamp ? [] : [remove(namespace, live)]), again(2000)]
    return [dropFinalizer(environment, one, finalizer)]
  }
  const owner = snapshot.get(project, { name: home })
  if (!owner) return [status(environment, one, { ...one.status, phase: 'Failed', message: noProject(home) })]
  if (!hasFinalizer(one, finalizer)) return [addFinalizer(environment, one, finalizer)]
  // Members make environments, the platform makes their namespaces: only names that nobody else can mean.
  if (!of.namespace.startsWith(`${home}-`)) {
    const message = `The namespace "${of.namespace}" does not begin with "${home}-": leave it out or choose one that does.`
    return [status(environment, one, { ...one.status, phase: 'Failed', message })]
  }
  if (live && !isOurs) {
    return [status(environment, one, { ...one.status, phase: 'Failed', message: takenMessage(of.namespace) })]
  }
  if (live?.metadata.deletionTimestamp) return [again(1000)]
  return [
    apply(namespace, namespaceOf(of)),
    ...roleBindings(owner, of.namespace).map((each) => apply(roleBinding, each)),
    apply(networkPolicy, isolation(of)),
    apply(secret, pullSecret(of, await pullConfigJson(home))),
    ...limits(one, owner, of, snapshot),
    status(environment, one, {
      phase: 'Ready',
      namespace: of.namespace,
      domain: one.spec.domain ?? `${home}.${domain}`,
    }),
  ]
}

const noProject = (home: string) =>
  `There is no project "${home}": environments live in the home namespace of a project.`

function limits(one: Environment, owner: Project, of: Parameters<typeof isolation>[0], snapshot: Snapshot): Plan {
  const hard = quotaOf(one, owner, snapshot.list(environment, of.project))
  if (hard) return [apply(resourceQuota, quotaObject(of, hard)), apply(limitRange, defaultLimits(of))]
  const oldQuota = snapshot.get(resourceQuota, { namespace: of.namespace, name: 'sampan-quota' })
  const oldLimits = snapshot.get(limitRange, { namespace: of.namespace, name: 'sampan-defaults' })
  return [...(oldQuota ? [remove(resourceQuota, oldQuota)] : []), ...(oldLimits ? [remove(limitRange, oldLimits)] : [])]
}
