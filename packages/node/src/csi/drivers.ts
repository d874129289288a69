import { watch } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '@sampan/kit/log'
import { connectPlugin, type Plugin } from './client.ts'
import { nodeCapabilities } from './messages.ts'

/** A storage driver that has made itself known. */
export interface Driver {
  name: string
  /** What it calls this node. */
  nodeID: string
  /** Volumes it can have here; 0: it does not say. */
  mostVolumes: number
  topology: Readonly<Record<string, string>>
  /** A volume is prepared once for the node before pods see it. */
  stages: boolean
  /** It says how full its volumes are. */
  tellsUse: boolean
  /** File systems of its volumes are made larger here, after the volume itself. */
  expands: boolean
  /** It gives a volume to a group itself. */
  mountsForGroup: boolean
  plugin: Plugin
}

/** The drivers of this node: their registrars put a socket into a folder, as on every Kubernetes node. */
export interface Drivers {
  get(name: string): Driver | undefined
  all(): Driver[]
  close(): void
}

const briefMs = 10_000
/** A registrar that is not ready yet is asked again. */
const retryMs = 2000

/** `root` has the folders `plugins` and `plugins_registry`. `changed` is called when a driver comes or goes. */
export async function followDrivers(root: string, log: Log, changed: () => Promise<void>): Promise<Drivers> {
  const folder = join(root, 'plugins_registry')
  await mkdir(folder, { recursive: true, mode: 0o750 })
  await mkdir(join(root, 'plugins'), { recursive: true, mode: 0o750 })
  /** By the name of the registrar's socket. */
  const known = new Map<string, Driver>()
  let isScanning = false
  let isAsked = false
  let isClosed = false
  let retry: NodeJS.Timeout | undefined

  async function scan() {
    const sockets = (await readdir(folder)).filter((name) => name.endsWith('.sock'))
    let hasChanged = false
    for (const [socket, driver] of known) {
      if (sockets.includes(socket)) continue
      driver.plugin.close()
      known.delete(socket)
      hasChanged = true
      log.info('a storage driver has left', { driver: driver.name })
    }
    for (const socket of sockets) {
      if (known.has(socket) || isClosed) continue
      const registrar = connectPlugin(join(folder, socket))
      try {
        const driver = await register(registrar)
        if (!driver) continue
        known.set(socket, driver)
        await changed()
        await registrar.call(
          'pluginregistration.Registration/NotifyRegistrationStatus',
          { pluginRegistered: true },
          briefMs,
        )
        log.info('a storage driver has come', { driver: driver.name })
      } catch (error) {
        known.get(socket)?.plugin.close()
        known.delete(socket)
        log.warn('a storage driver could not be registered', { socket, error })
        retry ??= setTimeout(again, retryMs).unref()
      } finally {
        registrar.close()
      }
    }
    if (hasChanged) await changed()
  }

  function again() {
    clearTimeout(retry)
    retry = undefined
    isAsked = true
    void scanAll()
  }

  /** One look at a time; what is asked for meanwhile is another. */
  async function scanAll() {
    if (isScanning) return
    isScanning = true
    while (isAsked && !isClosed) {
      isAsked = false
      await scan().catch((error: unknown) => log.warn('storage drivers could not be looked for', { error }))
    }
    isScanning = false
  }

  const watcher = watch(folder, again).unref()
  again()
  return {
    get: (name) => [...known.values()].find((driver) => driver.name === name),
    all: () => [...known.values()],
    close() {
      isClosed = true
      clearTimeout(retry)
      watcher.close()
      for (const { plugin } of known.values()) plugin.close()
    },
  }
}

/** Undefined for a plugin of another kind. Throws CriError. */
async function register(registrar: Plugin): Promise<Driver | undefined> {
  const { type, name, endpoint, supportedVersions } = await registrar.call(
    'pluginregistration.Registration/GetInfo',
    {},
    briefMs,
  )
  if (type !== 'CSIPlugin') return undefined
  if (!supportedVersions.some((version) => /^v?1\./.test(version)))
    throw new Error(`driver ${name} speaks CSI ${supportedVersions.join(', ')}, not 1.x`)
  const plugin = connectPlugin(endpoint)
  try {
    const [info, { capabilities }] = await Promise.all([
      plugin.call('csi.v1.Node/NodeGetInfo', {}, briefMs),
      plugin.call('csi.v1.Node/NodeGetCapabilities', {}, briefMs),
    ])
    const can = new Set(capabilities.map(({ rpc }) => rpc?.type))
    return {
      name,
      nodeID: info.nodeId,
      mostVolumes: info.maxVolumesPerNode,
      topology: info.accessibleTopology?.segments ?? {},
      stages: can.has(nodeCapabilities.stage),
      tellsUse: can.has(nodeCapabilities.stats),
      expands: can.has(nodeCapabilities.expand),
      mountsForGroup: can.has(nodeCapabilities.mountGroup),
      plugin,
    }
  } catch (error) {
    plugin.close()
    throw error
  }
}
