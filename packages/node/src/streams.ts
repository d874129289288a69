import type { Pod } from '@sampan/resources/core/pod'
import { badRequest, StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import type { NodeStreams } from '@sampan/resources/node-streams'
import type { Changes } from './changes.ts'
import type { NodeContext } from './context.ts'
import { CriError } from './cri/client.ts'
import { readLog } from './logs/read.ts'
import { memberNamed } from './pod/containers.ts'
import { type ContainerView, isRunning, latest, previous } from './pod/view.ts'

/** Logs, exec, attach and port-forward of this node's pods. */
export function nodeStreams({ cri, view }: Pick<NodeContext, 'cri' | 'view'>, changes: Changes): NodeStreams {
  const viewOf = (pod: KubeObject) => view.of(pod.metadata.uid ?? '')

  function runningContainer(object: KubeObject, name: string): ContainerView {
    mustKnow(object as Pod, name)
    const found = viewOf(object)
    const last = found && latest(found, name)
    if (!last || !isRunning(last)) {
      const where = `pod ${object.metadata.name}`
      throw badRequest(
        last
          ? `cannot exec into a container in a completed pod; container ${name} of ${where} is not running`
          : `container ${name} of ${where} is not created or running`,
      )
    }
    return last
  }

  async function url(call: () => Promise<{ url: string }>): Promise<string> {
    try {
      return (await call()).url
    } catch (error) {
      if (error instanceof CriError) throw new StatusError('InternalError', error.message, undefined, { cause: error })
      throw error
    }
  }

  return {
    async logs(object, options) {
      const pod = object as Pod
      mustKnow(pod, options.container)
      const known = viewOf(pod)
      const one = known && (options.previous ? previous(known, options.container) : latest(known, options.container))
      if (!one) throw options.previous ? noPrevious(pod, options.container) : waiting(pod, options.container)
      const since = options.sinceTime
        ? Date.parse(options.sinceTime)
        : options.sinceSeconds !== undefined
          ? Date.now() - options.sinceSeconds * 1000
          : undefined
      return readLog(one.logPath, {
        timestamps: options.timestamps ?? false,
        since,
        tailLines: options.tailLines,
        limitBytes: options.limitBytes,
        stream: options.stream === 'Stdout' ? 'stdout' : options.stream === 'Stderr' ? 'stderr' : undefined,
        signal: options.signal,
        ...(options.follow && { follow: { ended: changes.ended(one.id, options.signal) } }),
      })
    },
    exec: (pod, { container, command, stdin, stdout, stderr, tty }) =>
      url(() =>
        cri.call('Exec', {
          containerId: runningContainer(pod, container).id,
          cmd: command,
          stdin,
          stdout,
          stderr: stderr && !tty,
          tty,
        }),
      ),
    attach: (pod, { container, stdin, stdout, stderr, tty }) =>
      url(() =>
        cri.call('Attach', {
          containerId: runningContainer(pod, container).id,
          stdin,
          stdout,
          stderr: stderr && !tty,
          tty,
        }),
      ),
    portForward(pod) {
      const sandbox = viewOf(pod)?.sandboxes[0]
      if (!sandbox?.isReady) throw badRequest(`pod ${pod.metadata.name} is not running`)
      return url(() => cri.call('PortForward', { podSandboxId: sandbox.id }))
    },
  }
}

function mustKnow(pod: Pod, name: string): void {
  if (memberNamed(pod, name)) return
  throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`)
}

const noPrevious = (pod: Pod, name: string) =>
  badRequest(`previous terminated container "${name}" in pod "${pod.metadata.name}" not found`)

function waiting(pod: Pod, name: string): StatusError {
  const statuses = [
    ...(pod.status?.containerStatuses ?? []),
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.ephemeralContainerStatuses ?? []),
  ]
  const state = statuses.find((status) => status.name === name)?.state?.waiting
  const why = state?.reason ?? 'ContainerCreating'
  const text = state?.message && why !== 'ContainerCreating' ? `trying and failing to pull image` : why
  return badRequest(
    `container "${name}" in pod "${pod.metadata.name}" is waiting to start: ${/Pull|Image/.test(why) ? text : why}`,
  )
}
