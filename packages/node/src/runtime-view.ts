import { type Cri, isGone } from './cri/client.ts'
import { type Container, containerStates, type Sandbox, sandboxStates } from './cri/messages.ts'
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
  refresh(uid: string): Promise<PodView | undefined>
  /** Reads everything anew. Gives the uids of pods that differ from before. */
  refreshAll(): Promise<string[]>
  /** Nothing of this pod will come back. */
  forget(uid: string): void
}

const names = Object.entries(containerStates) as [ContainerView['state'], number][]
const stateName = (state: number): ContainerView['state'] =>
  names.find(([, value]) => value === state)?.[0] ?? 'unknown'
const toMs = (nanos: number) => Math.floor(nanos / 1e6)

/** Sees only pods of this node object. */
export function runtimeView(cri: Cri, nodeName: string): RuntimeView {
  const pods = new Map<string, PodView>()
  const owners = new Map<string, string>()

  /** Reads overlap: of two, the one that began later knows better. */
  let begun = 0
  const applied = new Map<string, number>()

  const isOurs = (sandbox: Sandbox) => sandbox.annotations[annotations.node] === nodeName

  async function viewOf(uid: string, sandboxes: Sandbox[], containers: Container[]): Promise<PodView | undefined> {
    const first = sandboxes[0]
    if (!first?.metadata) return undefined
    const before = pods.get(uid)
    const [sandboxViews, containerViews] = await Promise.all([
      Promise.all(
        sandboxes.map((one) =>
          sandboxOf(
            one,
            before?.sandboxes.find(({ id }) => id === one.id),
          ),
        ),
      ),
      Promise.all(
        containers.map((one) =>
          containerOf(
            one,
            before?.containers.find(({ id }) => id === one.id),
          ),
        ),
      ),
    ])
    for (const { id } of [...sandboxes, ...containers]) owners.set(id, uid)
    return {
      uid,
      name: first.metadata.name,
      namespace: first.metadata.namespace,
      sandboxes: sandboxViews.toSorted((a, b) => b.createdAt - a.createdAt),
      containers: containerViews.filter((one) => one !== undefined).toSorted((a, b) => b.createdAt - a.createdAt),
    }
  }

  async function sandboxOf(one: Sandbox, before: SandboxView | undefined): Promise<SandboxView> {
    const isReady = one.state === sandboxStates.ready
    if (before && before.isReady === isReady) return before
    const view = { id: one.id, attempt: one.metadata?.attempt ?? 0, isReady, createdAt: toMs(one.createdAt) }
    if (!isReady) return { ...view, ips: before?.ips ?? [] }
    const { status } = await cri.call('PodSandboxStatus', { podSandboxId: one.id })
    const { ip = '', additionalIps = [] } = status?.network ?? {}
    return { ...view, ips: ip ? [ip, ...additionalIps.map((more) => more.ip)] : [] }
  }

  async function containerOf(one: Container, before: ContainerView | undefined): Promise<ContainerView | undefined> {
    const state = stateName(one.state)
    if (before?.state === state) return before
    try {
      const { status } = await cri.call('ContainerStatus', { containerId: one.id })
      if (!status) return undefined
      return {
        id: one.id,
        name: one.metadata?.name ?? '',
        attempt: one.metadata?.attempt ?? 0,
        sandboxId: one.podSandboxId,
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
      }
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  function put(uid: string, view: PodView | undefined, turn: number): boolean {
    if ((applied.get(uid) ?? 0) > turn) return false
    applied.set(uid, turn)
    const before = pods.get(uid)
    if (view) pods.set(uid, view)
    else pods.delete(uid)
    if (!view) {
      for (const [id, owner] of owners) if (owner === uid) owners.delete(id)
    }
    return !isSame(before, view)
  }

  return {
    forget(uid) {
      applied.delete(uid)
      pods.delete(uid)
    },
    of: (uid) => pods.get(uid),
    all: () => [...pods.values()],
    uidOf: (id) => owners.get(id),
    claim: (id, uid) => void owners.set(id, uid),
    async refresh(uid) {
      const turn = ++begun
      const labelSelector = { [labels.podUid]: uid }
      const [{ items }, { containers }] = await Promise.all([
        cri.call('ListPodSandbox', { filter: { labelSelector } }),
        cri.call('ListContainers', { filter: { labelSelector } }),
      ])
      const view = await viewOf(uid, items.filter(isOurs), containers)
      put(uid, view, turn)
      return pods.get(uid)
    },
    async refreshAll() {
      const turn = ++begun
      const [{ items }, { containers }] = await Promise.all([
        cri.call('ListPodSandbox', {}),
        cri.call('ListContainers', {}),
      ])
      const sandboxes = Map.groupBy(items.filter(isOurs), (one) => one.labels[labels.podUid] ?? '')
      const byPod = Map.groupBy(containers, (one) => one.labels[labels.podUid] ?? '')
      const changed: string[] = []
      for (const [uid, list] of sandboxes)
        if (uid && put(uid, await viewOf(uid, list, byPod.get(uid) ?? []), turn)) changed.push(uid)
      for (const uid of pods.keys()) {
        if (sandboxes.has(uid)) continue
        if (put(uid, undefined, turn)) changed.push(uid)
      }
      return changed
    },
  }
}

function isSame(a: PodView | undefined, b: PodView | undefined): boolean {
  if (!a || !b) return a === b
  const states = ({ sandboxes, containers }: PodView) =>
    [
      ...sandboxes.map(({ id, isReady }) => `${id}${isReady}`),
      ...containers.map(({ id, state }) => `${id}${state}`),
    ].join()
  return states(a) === states(b)
}
