import type { ApiService } from '@sampan/resources/apiregistration/api-service'
import { withCondition } from '@sampan/resources/conditions'
import type { Service } from '@sampan/resources/core/service'
import { type EndpointSlice, endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import { systemUser } from '../auth/interfaces.ts'
import type { Pair } from '../auth/issue.ts'
import type { Objects } from '../objects.ts'
import { fetchFrom } from './reach.ts'
import type { Heard, Remote, RemoteResource } from './remotes.ts'

export type Available = NonNullable<NonNullable<ApiService['status']>['conditions']>[number]

const condition = (isTrue: boolean, reason: string, message: string): Available =>
  ({ type: 'Available', status: isTrue ? 'True' : 'False', reason, message }) as Available

export const localCondition = condition(true, 'Local', 'Local APIServices are always available')

/** Whether the server behind an APIService answers, and what it says of itself. */
export async function look(
  remote: Remote,
  objects: Objects,
  client: Pair,
): Promise<{ available: Available; heard: Heard }> {
  const missing = serviceProblem(remote, objects)
  const before = remote.heard
  if (missing) return { available: missing, heard: { ...before, isCurrent: false } }
  const { group, version } = remote
  const path = `/apis/${group}/${version}`
  try {
    const { resources = [] } = JSON.parse(await fetchFrom(remote, path, { objects, client, user: systemUser })) as {
      resources?: RemoteResource[]
    }
    const openApiPath = await openApiOf(remote, objects, client)
    return {
      available: condition(true, 'Passed', 'all checks passed'),
      heard: { resources, isCurrent: true, ...(openApiPath && { openApiPath }) },
    }
  } catch (error) {
    const message = `failing or missing response from https://${remote.service.spec!.service!.name}.${remote.service.spec!.service!.namespace}.svc${path}: ${(error as Error).message}`
    return { available: condition(false, 'FailedDiscoveryCheck', message), heard: { ...before, isCurrent: false } }
  }
}

/** A server without OpenAPI v3 is as good as any. */
async function openApiOf(remote: Remote, objects: Objects, client: Pair): Promise<string | undefined> {
  try {
    const index = JSON.parse(await fetchFrom(remote, '/openapi/v3', { objects, client, user: systemUser })) as {
      paths?: Record<string, { serverRelativeURL?: string }>
    }
    return index.paths?.[`apis/${remote.group}/${remote.version}`]?.serverRelativeURL
  } catch {
    return undefined
  }
}

function serviceProblem({ service }: Remote, objects: Objects): Available | undefined {
  const { name = '', namespace = '', port = 443 } = service.spec!.service!
  const found = objects.get<Service>({ group: '', plural: 'services' }, name, namespace)
  if (!found)
    return condition(false, 'ServiceNotFound', `service/${name} in ${JSON.stringify(namespace)} is not present`)
  if (found.spec.type === 'ExternalName') return undefined
  const chosen = (found.spec.ports ?? []).find((one) => one.port === port)
  if (!chosen)
    return condition(
      false,
      'ServicePortError',
      `service/${name} in ${JSON.stringify(namespace)} is not listening on port ${port}`,
    )
  const slices = objects
    .list<EndpointSlice>(endpointSlice, namespace)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
  if (slices.length === 0)
    return condition(
      false,
      'EndpointsNotFound',
      `cannot find endpointslices for service/${name} in ${JSON.stringify(namespace)}`,
    )
  const isReady = slices.some((slice) => (slice.endpoints ?? []).some(({ conditions }) => conditions?.ready !== false))
  return isReady
    ? undefined
    : condition(
        false,
        'MissingEndpoints',
        `endpoints for service/${name} in ${JSON.stringify(namespace)} have no addresses with port name ${JSON.stringify(chosen.name ?? '')}`,
      )
}

/** The status with this condition; the same conditions when nothing changed. */
export const conditionsWith = ({ status }: ApiService, available: Available, now: Date) =>
  withCondition<Available>(status?.conditions, available, now)
