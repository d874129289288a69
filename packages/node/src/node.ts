import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { recorder } from '@sampan/control/events'
import type { Clock } from '@sampan/kit/clock'
import type { Log } from '@sampan/kit/log'
import { unitsOf } from '@sampan/kit/quantity'
import { configMap } from '@sampan/resources/core/config-map'
import { type Node, node as nodeKind } from '@sampan/resources/core/node'
import { persistentVolume } from '@sampan/resources/core/persistent-volume'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { isTerminal, type Pod, pod as podKind } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { service } from '@sampan/resources/core/service'
import { runtimeClass } from '@sampan/resources/node/runtime-class'
import type { NodeStreams } from '@sampan/resources/node-streams'
import type { DiskUse, PodUse } from '@sampan/resources/node-usage'
import { csiDriver } from '@sampan/resources/storage/csi-driver'
import { volumeAttachment } from '@sampan/resources/storage/volume-attachment'
import { admission, resizeRefusal } from './admission.ts'
import { attachedVolumes } from './attached-volumes.ts'
import { cgroups } from './cgroups.ts'
import { changes } from './changes.ts'
import { containerProcesses } from './container-processes.ts'
import { containerUsage } from './container-usage.ts'
import type { NodeContext, NodeSettings } from './context.ts'
import { connectCri } from './cri/client.ts'
import { connectContainerd } from './cri/containerd.ts'
import { csi } from './csi/csi.ts'
import { tellDrivers } from './csi/csi-node.ts'
import { type Drivers, followDrivers } from './csi/drivers.ts'
import { followRuntime } from './follow-runtime.ts'
import { forkStorms } from './fork-storms.ts'
import { hostFolders, prepareHost, readHost } from './host.ts'
import { hostFacts } from './host-facts.ts'
import { images } from './images.ts'
import { type Janitor, janitor } from './janitor.ts'
import { nodeTeller } from './node-events.ts'
import { capacityOf, type NodeFacts } from './node-status.ts'
import { every, pause } from './pause.ts'
import { type PodWorker, podWorker } from './pod-worker.ts'
import { refusedUnderPressure } from './pressure-admission.ts'
import { registerNode, renewLease, reportNode } from './register.ts'
import { runtimeSocket } from './runtime-files.ts'
import { runtimeView } from './runtime-view.ts'
import { slots } from './slots.ts'
import { podStats } from './stats.ts'
import { nodeStreams } from './streams.ts'
import { sweep } from './sweep.ts'
import { tokens } from './tokens.ts'
import { type VolumePlace, volumePlaces } from './volume-places.ts'
import { shownBy } from './volume-sources.ts'
import { nodeDisk, volumeFigures } from './volume-use.ts'

export interface NodeOptions {
  client: Client
  caches: Caches
  clock: Clock
  log: Log
  nodeName: string
  nodeIP: string
  podCIDR: string
  dnsIP: string
  clusterDomain: string
  /** Port of the API, told as the kubelet's: what asks a kubelet asks there. */
  apiPort: number
  folders: {
    /** Volumes and other files of pods. Beside it storage drivers have `plugins` and `plugins_registry`. */
    pods: string
    /** Logs of containers. */
    logs: string
    /** What a reboot wipes: `/run/sampan/<name>`; the runtime's socket is there. */
    state: string
    /** Seccomp profiles of type Localhost. */
    seccomp: string
  }
  /** Below the hierarchy's root, as `/sampan/default`. */
  cgroupRoot: string
  /** Processes per pod; default 4096. */
  pidsLimit?: number
  /** Images that are never removed although unused, by the start of their names: those built on the spot. */
  keptImages?: readonly string[]
}

export interface NodeAgent {
  /** Runs until `signal`; resolves when everything is known and pods are being looked after. */
  start(signal: AbortSignal): Promise<void>
  readonly streams: NodeStreams
  /** Whether pods are being looked after right now. */
  ready(): boolean
  /** What every pod uses right now. */
  stats(): Promise<PodUse[]>
  /** How full the disk and the volumes of pods are; measured when asked, at most once a minute. */
  disk(): Promise<DiskUse>
  /** Lets go. Pods go on running. */
  close(): Promise<void>
}

const leaseMs = 10_000
const cleanMs = 10_000
const storageMs = 3000
const stormMs = 1000

export function createNode(options: NodeOptions): NodeAgent {
  const { client, caches, clock, log, nodeName, nodeIP } = options
  const socket = runtimeSocket(options.folders.state)
  const cri = connectCri(socket)
  const view = runtimeView(cri, nodeName)
  const now = () => clock.now().getTime()
  const changed = changes(view)
  const events = recorder({ client, clock, log })
  const tellOfNode = nodeTeller({ recorder: events, settings: { nodeName } })
  const stats = podStats({
    view,
    usage,
    written: async (id) => context?.containerd.written(id),
    now: () => clock.now(),
  })
  const workers = new Map<string, PodWorker>()
  const volumes = volumeFigures({ pods: placesNow, driver: driverFigures, now: () => clock.now() })
  const aborter = new AbortController()
  const loops: Promise<void>[] = []
  const unlisten: (() => void)[] = []
  const pluginRoot = dirname(options.folders.pods)
  let drivers: Drivers | undefined
  let isStarted = false
  let runtimeProblem: string | undefined = 'container runtime is not connected yet'
  let context: NodeContext | undefined
  let cleaner: Janitor | undefined

  async function makeContext(): Promise<NodeContext> {
    const folders = hostFolders(options.folders, nodeName)
    await prepareHost(folders)
    const [facts, host] = await Promise.all([hostFacts(folders.pods), readHost(folders.pods)])
    const { allocatable } = capacityOf(host)
    const settings: NodeSettings = {
      nodeName,
      hostIP: nodeIP,
      folders,
      runtimeSocket: socket,
      dns: { dnsIP: options.dnsIP, clusterDomain: options.clusterDomain, host: host.resolvConf },
      hostsFile: host.hostsFile,
      seccompRoot: options.folders.seccomp,
      pidsLimit: options.pidsLimit ?? 4096,
      memory: host.memory,
      hasSwapLimit: host.hasSwapLimit,
      cgroup: facts.cgroup,
      allocatable,
    }
    const groups = cgroups(facts.cgroup, options.cgroupRoot)
    cgroupVersion = facts.cgroup
    await groups.applyRoot({ memory: unitsOf(allocatable.memory ?? 0), cpuShares: host.cpus * 1024 })
    registration = {
      client,
      clock,
      log,
      nodeName,
      podCIDR: options.podCIDR,
      host,
      tell: ({ type, reason, message }) => tellOfNode(type, reason, message),
      facts: nodeFacts,
    }
    return {
      client,
      caches,
      cri,
      containerd: connectContainerd(socket, facts.snapshotter),
      view,
      images: images(cri, now),
      cgroups: groups,
      recorder: events,
      tokens: tokens(client, now),
      csi: csi(() => drivers, { root: pluginRoot, pods: folders.pods }),
      clock,
      log,
      slots: slots(Math.max(4, availableParallelism() * 2)),
      settings,
      admit,
      refusesResize,
      usage,
    }
  }
  let cgroupVersion: 'v1' | 'v2' = 'v2'
  let registration: Parameters<typeof registerNode>[0]

  async function nodeFacts(): Promise<Omit<NodeFacts, 'host' | 'now'>> {
    const [version, list] = await Promise.all([cri.call('Version', {}), cri.call('ListImages', {})])
    return {
      nodeIP,
      runtimeVersion: version.runtimeVersion,
      notReady: runtimeProblem,
      pressure: cleaner?.pressure ?? { memory: false, disk: false, pids: false },
      images: list.images,
      apiPort: options.apiPort,
      volumes: attachedVolumes(
        caches,
        nodeName,
        [...workers.values()].map(({ pod }) => pod),
      ),
    }
  }

  const othersThan = (pod: Pod) =>
    [...workers.values()]
      .map((worker) => worker.pod)
      .filter(({ metadata, status }) => metadata.uid !== pod.metadata.uid && status?.startTime)

  function admit(pod: Pod) {
    const own = caches.of(nodeKind).get({ name: nodeName })
    const refused = cleaner && refusedUnderPressure(pod, cleaner.pressure)
    return refused ?? (own && admission(pod, own, othersThan(pod), registration.host))
  }

  /** Volumes of pods that have not ended. */
  function placesNow() {
    const sources = {
      claim: (namespace: string | undefined, name: string) => caches.of(persistentVolumeClaim).get({ namespace, name }),
      volume: (name: string) => caches.of(persistentVolume).get({ name }),
    }
    return [...workers.values()].flatMap(({ pod }) => {
      const { uid = '', name, namespace = '' } = pod.metadata
      if (!context || isTerminal(pod) || !view.of(uid)?.sandboxes[0]?.isReady) return []
      return [{ uid, name, namespace, places: volumePlaces(pod, context.settings.folders, pluginRoot, sources) }]
    })
  }

  async function driverFigures({ csi: told, path }: VolumePlace) {
    if (!told) return undefined
    try {
      return await context?.csi.use({ ...told, path })
    } catch (error) {
      log.warn('a driver does not say how full its volume is', { driver: told.driver, error })
      return undefined
    }
  }

  function usage(at: { uid: string; id: string }) {
    return containerUsage(cgroupVersion, options.cgroupRoot, at)
  }

  function refusesResize(pod: Pod) {
    const own = caches.of(nodeKind).get({ name: nodeName })
    return own && resizeRefusal(pod, own, othersThan(pod))
  }

  function see(pod: Pod) {
    const uid = pod.metadata.uid
    if (!context || !uid || pod.spec.nodeName !== nodeName) return
    const known = workers.get(uid)
    if (known) known.update(pod)
    else
      workers.set(
        uid,
        podWorker(context, pod, () => workers.delete(uid)),
      )
  }

  /** Containers of pods the API no longer has. */
  function adoptOrphans() {
    if (!context) return
    for (const { uid, name, namespace } of view.all()) {
      if (workers.has(uid)) continue
      const known = caches.of(podKind).get({ namespace, name })
      if (known?.metadata.uid === uid) continue
      const pod: Pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { uid, name, namespace, resourceVersion: '0' },
        spec: { containers: [] },
      }
      const worker = podWorker(context, pod, () => workers.delete(uid))
      workers.set(uid, worker)
      worker.gone()
    }
  }

  function listen() {
    unlisten.push(
      caches.of(podKind).listen((change) => {
        if (change.type === 'put') see(change.object)
        else workers.get(change.object.metadata.uid ?? '')?.gone()
      }),
    )
    const shows = (kind: string) => (change: { object: { metadata: { name: string; namespace?: string } } }) => {
      const { name, namespace } = change.object.metadata
      for (const worker of workers.values())
        if (worker.pod.metadata.namespace === namespace && refersTo(worker.pod, kind, name)) worker.refreshVolumes()
    }
    unlisten.push(caches.of(configMap).listen(shows('configmap')), caches.of(secret).listen(shows('secret')))
    unlisten.push(caches.of(persistentVolumeClaim).listen(shows('claim')))
    unlisten.push(
      caches.of(volumeAttachment).listen(() => {
        refreshClaims()
        void report()
      }),
    )
  }

  async function driversChanged() {
    await tellDrivers(client, nodeName, drivers?.all() ?? [])
    refreshClaims()
  }

  /** What pods wait for may have come. */
  function refreshClaims() {
    for (const worker of workers.values())
      if (
        worker.pod.spec.volumes?.some(({ csi, ephemeral, persistentVolumeClaim: claim }) => csi ?? ephemeral ?? claim)
      )
        worker.refreshVolumes()
  }

  async function report() {
    await reportNode(registration).catch((error: unknown) =>
      log.warn('the node status could not be written', { error }),
    )
  }

  async function start(outer: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([outer, aborter.signal])
    context = await makeContext()
    const needed = [
      podKind,
      configMap,
      secret,
      service,
      persistentVolumeClaim,
      persistentVolume,
      nodeKind,
      runtimeClass,
      csiDriver,
      volumeAttachment,
    ]
    await Promise.all([...needed.map((kind) => caches.of(kind as typeof podKind).synced), untilAnswering(signal)])
    await view.refreshAll()
    const processes = containerProcesses(cgroupVersion, options.cgroupRoot)
    cleaner = janitor({
      context,
      workers,
      processes,
      sources: {
        disk: context.settings.folders.pods,
        images: await imageFolder(context.settings.folders.pods),
        cgroup: join('/sys/fs/cgroup', cgroupVersion === 'v1' ? 'memory' : '', options.cgroupRoot),
        version: cgroupVersion,
      },
      keptImages: options.keptImages ?? ['sampan.dev/'],
    })
    runtimeProblem = undefined
    tellOfNode('Normal', 'Starting', 'Starting kubelet.')
    const registered: Node = await registerNode(registration)
    await renewLease(registration, registered).catch((error: unknown) =>
      log.warn('the lease could not be renewed', { error }),
    )
    listen()
    drivers = await followDrivers(pluginRoot, log, driversChanged)
    for (const pod of caches.of(podKind).list()) see(pod)
    adoptOrphans()
    await sweep(context, (uid) => workers.has(uid) || view.of(uid) !== undefined)
    isStarted = true
    const storms = forkStorms(context, workers, processes)
    loops.push(
      followRuntime({
        socket,
        view,
        changes: changed,
        log,
        signal,
        changed(uids) {
          for (const uid of uids) workers.get(uid)?.poke()
          adoptOrphans()
        },
        health(problem) {
          runtimeProblem = problem
          void report()
        },
      }),
      every(
        () => leaseMs,
        { signal, log },
        async () => {
          await renewLease(registration, registered)
          await report()
        },
      ),
      // By itself: measuring large volumes must not keep the lease waiting.
      every(
        () => cleanMs,
        { signal, log },
        async () => cleaner?.clean(),
      ),
      every(
        () => storageMs,
        { signal, log },
        async () => cleaner?.holdToStorage(),
      ),
      every(
        () => stormMs,
        { signal, log },
        () => storms.look(),
      ),
    )
  }

  /** Where the runtime keeps images and what containers write; `otherwise` where it does not say. */
  async function imageFolder(otherwise: string): Promise<string> {
    const { imageFilesystems } = await cri.call('ImageFsInfo', {})
    const folder = imageFilesystems[0]?.fsId?.mountpoint
    return folder && existsSync(folder) ? folder : otherwise
  }

  async function untilAnswering(signal: AbortSignal) {
    while (!signal.aborted) {
      try {
        await cri.call('Version', {}, { timeoutMs: 2000 })
        return
      } catch (error) {
        runtimeProblem = (error as Error).message
      }
      await pause(20, signal)
    }
    signal.throwIfAborted()
  }

  return {
    start,
    stats,
    disk: async () => ({ node: await nodeDisk(options.folders.pods, clock.now()), volumes: await volumes() }),
    streams: nodeStreams({ cri, view }, changed),
    ready: () => isStarted && runtimeProblem === undefined,
    async close() {
      aborter.abort(new Error('the agent stops'))
      for (const stop of unlisten) stop()
      drivers?.close()
      await Promise.all([...workers.values()].map((worker) => worker.close()))
      await Promise.all(loops)
      await events.close()
      context?.containerd.close()
      cri.close()
    },
  }
}

function refersTo(pod: Pod, kind: string, name: string): boolean {
  if (kind === 'claim')
    return (pod.spec.volumes ?? []).some((volume) => volume.persistentVolumeClaim?.claimName === name)
  if (shownBy(pod).has(`${kind}/${name}`)) return true
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  return all.some(({ env = [], envFrom = [] }) =>
    kind === 'configmap'
      ? envFrom.some(({ configMapRef }) => configMapRef?.name === name) ||
        env.some(({ valueFrom }) => valueFrom?.configMapKeyRef?.name === name)
      : envFrom.some(({ secretRef }) => secretRef?.name === name) ||
        env.some(({ valueFrom }) => valueFrom?.secretKeyRef?.name === name),
  )
}
