import { Metadata } from '@grpc/grpc-js'
import { grpcClient } from './client.ts'
import { eventEnvelope, eventFilters, taskEvent, taskExit } from './messages.ts'

export interface TaskEvent {
  type: 'start' | 'exit' | 'oom'
  containerId: string
}

/** containerd keeps what CRI made in this namespace. */
export const criNamespace = 'k8s.io'

const topics: Record<string, TaskEvent['type']> = {
  '/tasks/start': 'start',
  '/tasks/exit': 'exit',
  '/tasks/oom': 'oom',
}

/**
 * Starts, exits and out-of-memory kills of containers and sandboxes as they happen, until `signal`. Ends with a thrown
 * error when the runtime goes away: what happened meanwhile must be read from lists.
 */
export async function* taskEvents(socket: string, signal: AbortSignal): AsyncIterable<TaskEvent> {
  const client = grpcClient(socket)
  const metadata = new Metadata()
  metadata.set('containerd-namespace', criNamespace)
  const filters = Object.keys(topics).map((topic) => `namespace==${criNamespace},topic=="${topic}"`)
  const stream = client.makeServerStreamRequest(
    '/containerd.services.events.v1.Events/Subscribe',
    (value: { filters: string[] }) => eventFilters.encode(value),
    (bytes: Buffer) => eventEnvelope.decode(bytes),
    { filters },
    metadata,
  )
  const stop = () => stream.cancel()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const envelope of stream as AsyncIterable<ReturnType<typeof eventEnvelope.decode>>) {
      const type = topics[envelope.topic]
      if (!type || !envelope.event) continue
      const { value } = envelope.event
      const isExec = type === 'exit' && isOfExec(taskExit.decode(value))
      if (!isExec) yield { type, containerId: taskEvent.decode(value).containerId }
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', stop)
    client.close()
  }
}

const isOfExec = ({ id, containerId }: { id: string; containerId: string }) => id !== containerId
