/** What the container runtime says about one container. Times are milliseconds since 1970; 0: not yet. */
export interface ContainerView {
  id: string
  name: string
  /** Counts the starts of this name within the pod, from 0: also the restart count. */
  attempt: number
  sandboxId: string
  state: 'created' | 'running' | 'exited' | 'unknown'
  createdAt: number
  startedAt: number
  finishedAt: number
  exitCode: number
  reason: string
  message: string
  /** Name and digest of the image as the runtime knows them. */
  image: string
  imageRef: string
  logPath: string
  annotations: Readonly<Record<string, string>>
}

export interface SandboxView {
  id: string
  attempt: number
  isReady: boolean
  createdAt: number
  /** Empty on the host's network. */
  ips: readonly string[]
}

/** Everything the runtime has of one pod, newest first. */
export interface PodView {
  uid: string
  name: string
  namespace: string
  sandboxes: readonly SandboxView[]
  containers: readonly ContainerView[]
}

export const emptyView = (at: { uid: string; name: string; namespace: string }): PodView => ({
  ...at,
  sandboxes: [],
  containers: [],
})

/** The latest container of a name, of any sandbox. */
export const latest = (view: PodView, name: string): ContainerView | undefined =>
  view.containers.filter((one) => one.name === name).toSorted((a, b) => b.attempt - a.attempt)[0]

/** The one before the latest. */
export const previous = (view: PodView, name: string): ContainerView | undefined =>
  view.containers.filter((one) => one.name === name).toSorted((a, b) => b.attempt - a.attempt)[1]

export const isRunning = (one: ContainerView | undefined) => one?.state === 'running'
