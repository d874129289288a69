import type { Pod } from '@sampan/resources/core/pod'
import { badRequest } from '@sampan/resources/errors'
import type { ExecRequest } from '@sampan/resources/node-streams'

const isOn = (value: string | null) => value === 'true' || value === '1'

/** What an exec (or, without a command, an attach) asks for. Throws BadRequest when that makes no sense. */
export function commandRequest(
  query: URLSearchParams,
  pod: Pod,
  { needsCommand }: { needsCommand: boolean },
): ExecRequest {
  const tty = isOn(query.get('tty'))
  const request: ExecRequest = {
    container: containerOf(pod, query.get('container')),
    command: query.getAll('command'),
    stdin: isOn(query.get('stdin')),
    stdout: isOn(query.get('stdout')),
    stderr: isOn(query.get('stderr')) && !tty, // a terminal mixes both
    tty,
  }
  if (needsCommand && request.command.length === 0) throw badRequest('you must specify at least one command')
  if (!request.stdin && !request.stdout && !request.stderr)
    throw badRequest('you must specify at least one of stdin, stdout, stderr')
  return request
}

/** The container named, else the pod's default one, else its first. Throws BadRequest for an unknown name. */
export function containerOf(pod: Pod, asked: string | null): string {
  const { spec, metadata } = pod
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])]
  const name = asked || metadata.annotations?.['kubectl.kubernetes.io/default-container'] || spec.containers[0]?.name
  if (!name || !all.some((one) => one.name === name))
    throw badRequest(`container ${name ?? ''} is not valid for pod ${metadata.name}`)
  return name
}

/** Throws BadRequest while nobody runs the pod. */
export function requireHost(pod: Pod): void {
  if (!pod.spec.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
}
