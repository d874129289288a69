import { type Client, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { CriError, grpcClient, isGone } from './client.ts'
import { criNamespace } from './events.ts'
import { signalRequest, snapshotKey, snapshotMounts, snapshotUsage, snapshotView } from './messages.ts'
import { type GivenOf, type Message, message, type ReadOf, type Shape } from './wire.ts'

/** As mount(8) takes it. */
export interface SnapshotMount {
  type: string
  source: string
  options: readonly string[]
}

/**
 * containerd's own services, for what CRI of this age does not have: looking into an image, the size of what a container
 * wrote right now, any signal. Every call throws `CriError`.
 */
export interface Containerd {
  /** A read-only look at layers already unpacked, kept until it is removed under the same key. */
  viewSnapshot(key: string, parent: string): Promise<SnapshotMount[]>
  /** Does nothing when there is none. */
  removeSnapshot(key: string): Promise<void>
  /** Bytes a container wrote over its image; undefined when it is gone. */
  written(containerId: string): Promise<number | undefined>
  /** `signal` is the kernel's number. Does nothing when the program has ended. */
  signal(containerId: string, signal: number): Promise<void>
  close(): void
}

const timeoutMs = 30_000
const nothing = message({})
const snapshots = 'containerd.services.snapshots.v1.Snapshots'
/** Keeps a snapshot, and the layers below it, from being collected as garbage. */
const keptLabel = 'containerd.io/gc.root'

export function connectContainerd(socket: string, snapshotter: string): Containerd {
  let client: Client | undefined
  const metadata = new Metadata()
  metadata.set('containerd-namespace', criNamespace)

  function call<In extends Shape, Out extends Shape>(
    path: string,
    input: Message<In>,
    output: Message<Out>,
    request: GivenOf<In>,
  ) {
    client ??= grpcClient(socket)
    return new Promise<ReadOf<Out>>((resolve, reject) => {
      client!.makeUnaryRequest(
        `/${path}`,
        (value: GivenOf<In>) => input.encode(value),
        (bytes: Buffer) => output.decode(bytes),
        request,
        metadata,
        { deadline: Date.now() + timeoutMs },
        (error: ServiceError | null, response) => {
          if (error) reject(new CriError(path.split('/')[1] ?? path, error))
          else resolve(response!)
        },
      )
    })
  }

  return {
    async viewSnapshot(key, parent) {
      const labels = { [keptLabel]: new Date(0).toISOString() }
      const made = await call(`${snapshots}/View`, snapshotView, snapshotMounts, {
        snapshotter,
        key,
        parent,
        labels,
      }).catch((error: unknown) => {
        if (!(error instanceof CriError) || error.code !== status.ALREADY_EXISTS) throw error
        return call(`${snapshots}/Mounts`, snapshotKey, snapshotMounts, { snapshotter, key })
      })
      return made.mounts
    },
    async removeSnapshot(key) {
      await call(`${snapshots}/Remove`, snapshotKey, nothing, { snapshotter, key }).catch(ignoreGone)
    },
    async written(key) {
      const found = await call(`${snapshots}/Usage`, snapshotKey, snapshotUsage, { snapshotter, key }).catch(ignoreGone)
      return found?.size
    },
    async signal(containerId, signal) {
      await call('containerd.services.tasks.v1.Tasks/Kill', signalRequest, nothing, { containerId, signal }).catch(
        ignoreGone,
      )
    },
    close: () => client?.close(),
  }
}

function ignoreGone(error: unknown): undefined {
  if (!isGone(error)) throw error
}
