import type { Pod } from '@sampan/resources/core/pod'
import { badRequest, invalid } from '@sampan/resources/errors'
import type { ContainerLogOptions, NodeStreams } from '@sampan/resources/node-streams'
import { invalidValue } from '@sampan/resources/problem'
import type { SubresourceCall } from '../handlers.ts'
import { requireHost } from './command-request.ts'

/** What `?follow=…&tailLines=…` asks for. Throws BadRequest or Invalid. */
export function logOptions(query: URLSearchParams, pod: Pod, signal: AbortSignal): ContainerLogOptions {
  const sinceSeconds = number(query, 'sinceSeconds', 1)
  const sinceTime = query.get('sinceTime') || undefined
  if (sinceSeconds !== undefined && sinceTime)
    throw invalid(about, pod.metadata.name, [
      invalidValue('sinceSeconds', sinceSeconds, 'at most one of sinceTime or sinceSeconds may be specified'),
    ])
  if (sinceTime && Number.isNaN(Date.parse(sinceTime))) throw badRequest(`sinceTime: "${sinceTime}" is not a time`)
  const stream = query.get('stream') ?? 'All'
  if (!['All', 'Stdout', 'Stderr'].includes(stream))
    throw badRequest(`stream: "${stream}" must be All, Stdout or Stderr`)
  return {
    container: logContainer(pod, query.get('container')),
    follow: isOn(query.get('follow')),
    previous: isOn(query.get('previous')),
    timestamps: isOn(query.get('timestamps')),
    tailLines: number(query, 'tailLines', 0),
    sinceSeconds,
    sinceTime,
    limitBytes: number(query, 'limitBytes', 1),
    ...(stream !== 'All' && { stream: stream as 'Stdout' | 'Stderr' }),
    signal,
  }
}

/** The log of a container as it comes. */
export async function logStream(
  streams: NodeStreams,
  { query, objects, namespace, name, definition, signal }: SubresourceCall,
  notFound: () => Error,
) {
  const pod = objects.get<Pod>(definition, name, namespace)
  if (!pod) throw notFound()
  const options = logOptions(query, pod, signal)
  requireHost(pod)
  return streams.logs(pod, options)
}

const about = { kind: 'PodLogOptions', group: '' }
const isOn = (value: string | null) => value === 'true' || value === '1'

function number(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = Number(text)
  if (!Number.isInteger(value)) throw badRequest(`${name}: "${text}" is not a whole number`)
  if (value < least) throw invalid(about, '', [invalidValue(name, value, `must be greater than or equal to ${least}`)])
  return value
}

/** With several containers the caller has to say which, unless the pod names a default one. */
function logContainer({ metadata, spec }: Pod, asked: string | null): string {
  const names = spec.containers.map((one) => one.name)
  const name = asked || metadata.annotations?.['kubectl.kubernetes.io/default-container']
  if (!name && names.length === 1) return names[0]!
  const all = [
    ...names,
    ...[...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].map((one) => one.name),
  ]
  if (!name)
    throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${all.join(' ')}]`)
  if (!all.includes(name)) throw badRequest(`container ${name} is not valid for pod ${metadata.name}`)
  return name
}
