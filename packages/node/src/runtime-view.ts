import { type Cri, isGone } from './cri/client.ts'
import {
  type Container,
  type ContainerStatus,
  containerStates,
  type Sandbox,
  type SandboxStatus,
  sandboxStates,
} from './cri/messages.ts'
import { annotations, labels } from './pod/labels.ts'
import type { ContainerView, PodView, SandboxView } from './pod/view.ts'

/** What the runtime has, as read last: refreshed by events, and by a full list now and then. */
export interface RuntimeView {
  of(uid: string): PodView | undefined
  all(): PodView[]
  /** The pod a container or sandbox belongs to. */
  uidOf(id: string): string | undefined
  /** Says so before any list does: a container may have ended by then. */
  claim(id: string, uid: string): void
  /** Reads one pod anew. */
  refresh(uid: string): Promise<void>
  /** Reads one container of a pod anew, which costs one call. */
  lookAtContainer(uid: string, id: string): Promise<void>
  /** The same for a sandbox; a new one is found this way too. */
  lookAtSandbox(uid: string, id: string): Promise<void>
  /** Reads everything anew. Gives the uids of pods that differ from before. */
  refreshAll(): Promise<string[]>
  /** Nothing of this pod will come back. */
  forget(uid: string): void
}

const names = Object.entries(containerStates) as [ContainerView['state'], number][]
const stateName = (state: number): ContainerView['state'] =>
  names.find(([, value]) => value === state)?.[0] ?? 'unknown'
const toMs = (nanos: number) => Math.floor(nanos / 1e6)
const newestFirst = (a: { createdAt: number }, b: { createdAt: number }) => b.createdAt - a.createdAt

/** Sees only pods of this node object. */
export function runtimeView(cri: Cri, nodeName: string): RuntimeView {
  const pods = new Map<string, PodView>()
  const owners = new Map<string, string>()
  /** Reads of one pod happen one after the other, so that none overwrites what a later one found. */
  const turns = new Map<string, Promise<void>>()
  /** Counts reads of single pods: a full list that began before one knows less about that pod. */
  let reads = 0
  const lastRead = new Map<string, number>()

  const isOurs = (sandbox: { annotations: Record<string, string> }) =>
    sandbox.annotations[annotations.node] === nodeName

  function inTurn(uid: string, read: () => Promise<void>): Promise<void> {
    const turn = (turns.get(uid) ?? Promise.resolve()).then(async () => {
      await read()
      lastRead.set(uid, ++reads)
    })
    const settled = turn.catch(() => undefined) // whoever asked hears of it; the next in turn reads for itself
    turns.set(uid, settled)
    settled.then(() => turns.get(uid) === settled && turns.delete(uid))
    return turn
  }

  async function readPod(uid: string, sandboxes: Sandbox[], containers: Container[]): Promise<PodView | undefined> {
    const first = sandboxes[0]
    if (!first?.metadata) return undefined
    const before = pods.get(uid)
    const [sandboxViews, containerViews] = await Promise.all([
      Promise.all(
        sandboxes.map((one) => {
          const known = before?.sandboxes.find(({ id }) => id === one.id)
          return known?.isReady === (one.state === sandboxStates.ready) ? known : sandboxAt(one.id, known)
        }),
      ),
      Promise.all(
        containers.map((one) => {
          const known = before?.containers.find(({ id }) => id === one.id)
          return known?.state === stateName(one.state) ? known : containerAt(one.id, one.podSandboxId)
        }),
      ),
    ])
    return {
      uid,
      name: first.metadata.name,
      namespace: first.metadata.namespace,
      sandboxes: sandboxViews.filter((one) => one !== undefined).toSorted(newestFirst),
      containers: containerViews.filter((one) => one !== undefined).toSorted(newestFirst),
    }
  }

  /** Undefined when there is no such sandbox. */
  async function sandboxStatus(id: string) {
    try {
      return (await cri.call('PodSandboxStatus', { podSandboxId: id })).status
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  async function sandboxAt(id: string, before: SandboxView | undefined): Promise<SandboxView | undefined> {
    const status = await sandboxStatus(id)
    return status && sandboxFrom(status, before)
  }

  async function containerAt(id: string, sandboxId: string): Promise<ContainerView | undefined> {
    try {
      const { status } = await cri.call('ContainerStatus', { containerId: id })
      return status && containerFrom(status, sandboxId)
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  function put(uid: string, view: PodView | undefined): boolean {
    const before = pods.get(uid)
    if (view) pods.set(uid, view)
    else forget(uid)
    for (const { id } of [...(view?.sandboxes ?? []), ...(view?.containers ?? [])]) owners.set(id, uid)
    return !isSame(before, view)
  }

  function forget(uid: string) {
    pods.delete(uid)
    lastRead.delete(uid)
    for (const [id, owner] of owners) if (owner === uid) owners.delete(id)
  }

  return {
    of: (uid) => pods.get(uid),
    all: () => [...pods.values()],
    uidOf: (id) => owners.get(id),
    claim: (id, uid) => void owners.set(id, uid),
    forget,
    refresh: (uid) =>
      inTurn(uid, async () => {
        const labelSelector = { [labels.podUid]: uid }
        const [{ items }, { containers }] = await Promise.all([
          cri.call('ListPodSandbox', { filter: { labelSelector } }),
          cri.call('ListContainers', { filter: { labelSelector } }),
        ])
        put(uid, await readPod(uid, items.filter(isOurs), containers))
      }),
    lookAtContainer: (uid, id) =>
      inTurn(uid, async () => {
        const before = pods.get(uid)
        if (!before) return
        const known = before.containers.find((one) => one.id === id)
        const sandboxId = known?.sandboxId ?? before.sandboxes[0]?.id ?? ''
        const found = await containerAt(id, sandboxId)
        const others = (pods.get(uid) ?? before).containers.filter((one) => one.id !== id)
        put(uid, { ...before, containers: (found ? [found, ...others] : others).toSorted(newestFirst) })
      }),
    lookAtSandbox: (uid, id) =>
      inTurn(uid, async () => {
        const before = pods.get(uid)
        const status = await sandboxStatus(id)
        const others = before?.sandboxes.filter((one) => one.id !== id) ?? []
        const found =
          status &&
          sandboxFrom(
            status,
            before?.sandboxes.find((one) => one.id === id),
          )
        const { name = '', namespace = '' } = status?.metadata ?? before ?? {}
        const sandboxes = (found ? [found, ...others] : others).toSorted(newestFirst)
        put(uid, { uid, name, namespace, containers: before?.containers ?? [], sandboxes })
      }),
    async refreshAll() {
      const since = reads
      const [{ items }, { containers }] = await Promise.all([
        cri.call('ListPodSandbox', {}),
        cri.call('ListContainers', {}),
      ])
      const sandboxes = Map.groupBy(items.filter(isOurs), (one) => one.labels[labels.podUid] ?? '')
      const byPod = Map.groupBy(containers, (one) => one.labels[labels.podUid] ?? '')
      const changed: string[] = []
      const isOld = (uid: string) => turns.has(uid) || (lastRead.get(uid) ?? 0) > since
      for (const uid of new Set([...sandboxes.keys(), ...pods.keys()])) {
        if (!uid || isOld(uid)) continue
        const view = await readPod(uid, sandboxes.get(uid) ?? [], byPod.get(uid) ?? [])
        if (!isOld(uid) && put(uid, view)) changed.push(uid)
      }
      return changed
    },
  }
}

function sandboxFrom({ id, metadata, state, createdAt, network }: SandboxStatus, before?: SandboxView): SandboxView {
  const isReady = state === sandboxStates.ready
  const { ip = '', additionalIps = [] } = network ?? {}
  const ips = isReady ? [ip, ...additionalIps.map((more) => more.ip)].filter(Boolean) : (before?.ips ?? [])
  return { id, attempt: metadata?.attempt ?? 0, isReady, createdAt: toMs(createdAt), ips }
}

const containerFrom = (status: ContainerStatus, sandboxId: string): ContainerView => ({
  id: status.id,
  name: status.metadata?.name ?? '',
  attempt: status.metadata?.attempt ?? 0,
  sandboxId,
  state: stateName(status.state),
  createdAt: toMs(status.createdAt),
  startedAt: toMs(status.startedAt),
  finishedAt: toMs(status.finishedAt),
  exitCode: status.exitCode,
  reason: status.reason,
  message: status.message,
  image: status.image?.image ?? '',
  imageRef: status.imageRef,
  logPath: status.logPath,
  annotations: status.annotations,
})

function isSame(a: PodView | undefined, b: PodView | undefined): boolean {
  if (!a || !b) return a === b
  const states = ({ sandboxes, containers }: PodView) =>
    [
      ...sandboxes.map(({ id, isReady }) => `${id}${isReady}`),
      ...containers.map(({ id, state }) => `${id}${state}`),
    ].join()
  return states(a) === states(b)
}
