import { jsonEqual } from '@sampan/kit/json-equal'
import { configMap } from '@sampan/resources/core/config-map'
import { endpoints } from '@sampan/resources/core/endpoints'
import { namespace } from '@sampan/resources/core/namespace'
import { service } from '@sampan/resources/core/service'
import { type Definition, pathOf } from '@sampan/resources/define'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { flowSchema } from '@sampan/resources/flowcontrol/flow-schema'
import { priorityLevelConfiguration } from '@sampan/resources/flowcontrol/priority-level-configuration'
import type { KubeObject } from '@sampan/resources/meta'
import { serviceCidr } from '@sampan/resources/networking/service-cidr'
import { clusterRole } from '@sampan/resources/rbac/cluster-role'
import { clusterRoleBinding } from '@sampan/resources/rbac/cluster-role-binding'
import { role } from '@sampan/resources/rbac/role'
import { priorityClass } from '@sampan/resources/scheduling/priority-class'
import type { Transport } from '@sampan/resources/transport'
import type { Objects } from '../objects.ts'
import { flowObjects } from './default-flow.ts'
import { rbacObjects } from './default-roles.ts'

export interface BootstrapOptions {
  /** As the system user. */
  transport: Transport
  objects: Objects
  /** Certificate of the authority, PEM. */
  ca: string
  /** By which servers behind this one know it, PEM. */
  frontProxyCa: string
  /** Where `default/kubernetes` leads: this machine's address and the API's port. */
  nodeIP: string
  apiPort: number
  /** ClusterIP of `default/kubernetes`. */
  apiServiceIP: string
  serviceCIDR: string
  signal?: AbortSignal
}

interface Wanted {
  kind: Definition
  object: KubeObject & Record<string, unknown>
  /** Fields that must be as we say even when the object is there already: others may have changed the rest. */
  keep?: readonly string[]
}

/**
 * Makes the objects every cluster has at its start, where they are missing; what says where this server is, is brought
 * up to date. Reads come from the store, so a second start writes nothing.
 */
export async function bootstrap(options: BootstrapOptions): Promise<void> {
  for (const stage of [namespaces(), cluster(options)]) await Promise.all(stage.map((one) => ensure(one, options)))
}

async function ensure({ kind, object, keep = [] }: Wanted, { transport, objects, signal }: BootstrapOptions) {
  const { namespace: home, name } = object.metadata
  const found = objects.get<KubeObject & Record<string, unknown>>(kind, name, home)
  if (!found) {
    const { status, object: answer } = await transport.send({
      method: 'POST',
      path: pathOf(kind, { namespace: home }),
      body: object,
      signal,
    })
    if (status >= 300 && status !== 409)
      throw new Error(`${kind.kind} ${name} could not be made: ${await messageOf(answer)}`)
    return
  }
  const changed = Object.fromEntries(
    keep.filter((field) => !jsonEqual(found[field], object[field])).map((field) => [field, object[field]]),
  )
  if (Object.keys(changed).length === 0) return
  const { status, object: answer } = await transport.send({
    method: 'PATCH',
    path: pathOf(kind, { namespace: home, name }),
    headers: { 'content-type': 'application/merge-patch+json' },
    body: changed,
    signal,
  })
  if (status >= 300) throw new Error(`${kind.kind} ${name} could not be brought up to date: ${await messageOf(answer)}`)
}

const messageOf = async (answer: () => Promise<unknown>) =>
  ((await answer()) as { message?: string })?.message ?? 'no reason given'

const wanted = <T extends KubeObject>(kind: Definition<T>, object: unknown, keep?: readonly string[]): Wanted => ({
  kind: kind as unknown as Definition,
  object: object as Wanted['object'],
  keep,
})

const namespaces = () =>
  ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) =>
    wanted(namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
  )

function cluster({ ca, frontProxyCa, nodeIP, apiPort, apiServiceIP, serviceCIDR }: BootstrapOptions): Wanted[] {
  const rbacKinds: Record<string, Definition> = {
    ClusterRole: clusterRole as unknown as Definition,
    ClusterRoleBinding: clusterRoleBinding as unknown as Definition,
    Role: role as unknown as Definition,
  }
  const kubernetes = { name: 'kubernetes', namespace: 'default' }
  const ports = [{ name: 'https', port: apiPort, protocol: 'TCP' }]
  return [
    // Roles of ours may gain rights in a later version; gathered rules and people's bindings are left as they are.
    ...rbacObjects().map((object) =>
      wanted(
        rbacKinds[object.kind as string]!,
        object,
        object.kind === 'ClusterRole' && !object.aggregationRule ? ['rules'] : [],
      ),
    ),
    ...priorityClasses(),
    ...flowObjects().map((object) =>
      object.kind === 'FlowSchema' ? wanted(flowSchema, object) : wanted(priorityLevelConfiguration, object),
    ),
    wanted(serviceCidr, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes' },
      spec: { cidrs: [serviceCIDR] },
    }),
    wanted(
      configMap,
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
        data: {
          'client-ca-file': ca,
          'requestheader-client-ca-file': frontProxyCa,
          'requestheader-allowed-names': '["front-proxy-client"]',
          'requestheader-username-headers': '["X-Remote-User"]',
          'requestheader-uid-headers': '["X-Remote-Uid"]',
          'requestheader-group-headers': '["X-Remote-Group"]',
          'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
        },
      },
      ['data'],
    ),
    wanted(service, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...kubernetes, labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: apiServiceIP,
        clusterIPs: [apiServiceIP],
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: apiPort }],
      },
    }),
    wanted(
      endpoints,
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: { ...kubernetes, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
        subsets: [{ addresses: [{ ip: nodeIP }], ports }],
      },
      ['subsets'],
    ),
    wanted(
      endpointSlice,
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...kubernetes, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [nodeIP], conditions: { ready: true } }],
        ports,
      },
      ['endpoints', 'ports'],
    ),
  ]
}

function priorityClasses(): Wanted[] {
  const classes = [
    ['system-node-critical', 2_000_001_000, 'For system pods that must stay on their node.'],
    [
      'system-cluster-critical',
      2_000_000_000,
      'For system pods that must run in the cluster but may move to another node.',
    ],
  ] as const
  return classes.map(([name, value, description]) =>
    wanted(priorityClass, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    }),
  )
}
