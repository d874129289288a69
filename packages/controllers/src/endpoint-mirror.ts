import { type Controller, controller, watch } from '@sampan/control/controller'
import { create, type Plan, remove, type Step, update } from '@sampan/control/plan'
import { jsonEqual } from '@sampan/kit/json-equal'
import { type Endpoints, endpoints } from '@sampan/resources/core/endpoints'
import { type Service, service } from '@sampan/resources/core/service'
import { type EndpointSlice, endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { ownerReference } from '@sampan/resources/owners'
import { hasSlices, managedBy, serviceName } from './endpoint-slice.ts'
import { isIPv6 } from './service-ports.ts'

type Subset = NonNullable<Endpoints['subsets']>[number]
type Endpoint = NonNullable<EndpointSlice['endpoints']>[number]

export const mirrorManager = 'endpointslicemirroring-controller.k8s.io'
const skipMirror = 'endpointslice.kubernetes.io/skip-mirror'
const leader = 'control-plane.alpha.kubernetes.io/leader'
const most = 1000

/**
 * Endpoints that somebody writes by hand for a Service without a selector, as slices: who routes reads only slices. One
 * slice for each family of a subset, named so that it is found again.
 */
export function mirrorEndpoints(
  one: Endpoints,
  { of, slices }: { of: Service | undefined; slices: readonly EndpointSlice[] },
): Plan {
  const isMirrored =
    of !== undefined &&
    !hasSlices(of) &&
    !one.metadata.deletionTimestamp &&
    one.metadata.labels?.[skipMirror] !== 'true' &&
    one.metadata.annotations?.[leader] === undefined
  const wanted = isMirrored ? (one.subsets ?? []).flatMap((subset, i) => slicesOf(one, subset, i)) : []
  const kept = new Set(wanted.map(({ metadata }) => metadata.name))
  return [
    ...slices.filter(({ metadata }) => !kept.has(metadata.name)).map((slice) => remove(endpointSlice, slice)),
    ...wanted.flatMap((slice): Step[] => {
      const before = slices.find(({ metadata }) => metadata.name === slice.metadata.name)
      if (!before) return [create(endpointSlice, slice)]
      const isSame =
        jsonEqual(before.endpoints, slice.endpoints) &&
        jsonEqual(before.ports ?? [], slice.ports) &&
        jsonEqual(before.metadata.labels, slice.metadata.labels)
      return isSame
        ? []
        : [update(endpointSlice, { ...before, ...slice, metadata: { ...before.metadata, ...slice.metadata } })]
    }),
  ]
}

function slicesOf(one: Endpoints, { addresses = [], notReadyAddresses = [], ports = [] }: Subset, at: number) {
  const endpointOf =
    (ready: boolean) =>
    (address: NonNullable<Subset['addresses']>[number]): Endpoint => ({
      addresses: [address.ip],
      conditions: { ready },
      ...(address.hostname && { hostname: address.hostname }),
      ...(address.nodeName && { nodeName: address.nodeName }),
      ...(address.targetRef && { targetRef: address.targetRef }),
    })
  const all = [...addresses.map(endpointOf(true)), ...notReadyAddresses.map(endpointOf(false))].slice(0, most)
  const { [managedBy]: _, ...labels } = one.metadata.labels ?? {}
  return (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const mine = all.filter((endpoint) => isIPv6(endpoint.addresses[0] ?? '') === (family === 'IPv6'))
    if (mine.length === 0) return []
    const made = {
      metadata: {
        name: `${one.metadata.name.slice(0, 230)}-mirror-${at}${family === 'IPv6' ? '-v6' : ''}`,
        namespace: one.metadata.namespace,
        labels: { ...labels, [serviceName]: one.metadata.name, [managedBy]: mirrorManager },
        ownerReferences: [ownerReference(endpoints, one)],
      },
      addressType: family,
      endpoints: mine,
      ports: ports.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({ name, port, protocol, appProtocol })),
    }
    return [made as EndpointSlice]
  })
}

export const endpointMirrors: Controller = controller<Endpoints>({
  name: 'endpoint-slice-mirroring',
  kind: endpoints,
  watches: [
    watch(service, ({ metadata }) => [metadata]),
    watch(endpointSlice, ({ metadata }) =>
      metadata.labels?.[managedBy] === mirrorManager
        ? [{ namespace: metadata.namespace, name: metadata.labels[serviceName] ?? '' }]
        : [],
    ),
  ],
  reconcile: (one, snapshot) =>
    mirrorEndpoints(one, {
      of: snapshot.get(service, one.metadata),
      slices: snapshot
        .owned(endpointSlice, one)
        .filter(({ metadata }) => metadata.labels?.[managedBy] === mirrorManager),
    }),
})
