import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import { runOrThrow } from '@sampan/kit/run'
import type { Given, Message, Read } from '../cri/wire.ts'
import { type CsiCalls, csiCalls } from './messages.ts'

/** A small storage driver over real sockets: its volumes are folders whose files tell what they were asked for with. */
export interface TestDriver {
  name: string
  /** Calls in order, as `NodePublishVolume vol-1`. */
  calls: string[]
  /** While it says something, publishing fails with that. */
  refuses: string | undefined
  stop(): Promise<void>
}

type Handlers = {
  [Name in keyof CsiCalls]?: (request: Read<CsiCalls[Name][0]>) => Promise<Given<CsiCalls[Name][1]>>
}

/** Any will do: nothing is read from it. */
const blockDevice = '/dev/loop0'
export const hasBlockDevice = existsSync(blockDevice)

const capabilities = [1, 2, 3]

/** `root` is the node's folder with `plugins` and `plugins_registry`. */
export async function startDriver(name: string, root: string): Promise<TestDriver> {
  const folder = join(root, 'plugins', name)
  const endpoint = join(folder, 'csi.sock')
  const data = join(folder, 'data')
  await mkdir(data, { recursive: true })
  const calls: string[] = []
  const staged = new Set<string>()
  const driver: TestDriver = { name, calls, refuses: undefined, stop }

  const node = await serve(endpoint, {
    'csi.v1.Node/NodeGetInfo': async () => ({
      nodeId: `${name}-node`,
      maxVolumesPerNode: 7,
      accessibleTopology: { segments: { [`topology.${name}/zone`]: 'z1' } },
    }),
    'csi.v1.Node/NodeGetCapabilities': async () => ({ capabilities: capabilities.map((type) => ({ rpc: { type } })) }),
    'csi.v1.Node/NodeGetVolumeStats': async () => ({
      usage: [
        { available: 60, total: 100, used: 40, unit: 1 },
        { available: 8, total: 10, used: 2, unit: 2 },
      ],
    }),
    'csi.v1.Node/NodeExpandVolume': async ({ volumeId, capacityRange }) => {
      calls.push(`NodeExpandVolume ${volumeId}`)
      if (driver.refuses) throw new Error(driver.refuses)
      return { capacityBytes: capacityRange?.requiredBytes ?? 0 }
    },
    'csi.v1.Node/NodeStageVolume': async ({ volumeId, stagingTargetPath, publishContext, secrets }) => {
      calls.push(`NodeStageVolume ${volumeId}`)
      staged.add(volumeId)
      await writeFile(join(stagingTargetPath, 'staged'), JSON.stringify({ publishContext, secrets }))
      return {}
    },
    'csi.v1.Node/NodeUnstageVolume': async ({ volumeId, stagingTargetPath }) => {
      calls.push(`NodeUnstageVolume ${volumeId}`)
      staged.delete(volumeId)
      await rm(join(stagingTargetPath, 'staged'), { force: true })
      return {}
    },
    'csi.v1.Node/NodePublishVolume': async (request) => {
      const { volumeId, targetPath, stagingTargetPath } = request
      calls.push(`NodePublishVolume ${volumeId}`)
      if (driver.refuses) throw new Error(driver.refuses)
      if (stagingTargetPath && !staged.has(volumeId)) throw new Error('not staged')
      if (request.volumeCapability?.block) {
        await writeFile(targetPath, '')
        await runOrThrow('mount', ['--bind', blockDevice, targetPath])
        return {}
      }
      const own = join(data, volumeId)
      await mkdir(own, { recursive: true })
      const { volumeContext, volumeCapability, secrets, readonly } = request
      await writeFile(join(own, 'asked.json'), JSON.stringify({ volumeContext, volumeCapability, secrets, readonly }))
      await mkdir(targetPath, { recursive: true })
      await runOrThrow('mount', ['--bind', own, targetPath])
      return {}
    },
    'csi.v1.Node/NodeUnpublishVolume': async ({ volumeId, targetPath }) => {
      calls.push(`NodeUnpublishVolume ${volumeId}`)
      await runOrThrow('umount', [targetPath])
      await rm(targetPath, { recursive: true })
      return {}
    },
  })
  const registration = join(root, 'plugins_registry', `${name}-reg.sock`)
  const registrar = await serve(registration, {
    'pluginregistration.Registration/GetInfo': async () => ({
      type: 'CSIPlugin',
      name,
      endpoint,
      supportedVersions: ['1.0.0'],
    }),
    'pluginregistration.Registration/NotifyRegistrationStatus': async ({ pluginRegistered, error }) => {
      calls.push(pluginRegistered ? 'registered' : `not registered: ${error}`)
      return {}
    },
  })

  async function stop() {
    registrar.forceShutdown()
    node.forceShutdown()
    await rm(registration, { force: true })
  }
  return driver
}

async function serve(socket: string, handlers: Handlers): Promise<Server> {
  await rm(socket, { force: true })
  const server = new Server()
  for (const [path, handle] of Object.entries(handlers)) {
    const [input, output] = csiCalls[path as keyof CsiCalls] as unknown as [
      Message<Record<string, never>>,
      Message<Record<string, never>>,
    ]
    const method = {
      path: `/${path}`,
      requestStream: false as const,
      responseStream: false as const,
      requestSerialize: () => Buffer.alloc(0),
      requestDeserialize: (bytes: Buffer) => input.decode(bytes),
      responseSerialize: (value: Given<typeof output>) => output.encode(value),
      responseDeserialize: () => undefined,
    }
    server.addService(
      { call: method },
      {
        call: (call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>) => {
          ;(handle as (request: object) => Promise<object>)(call.request).then(
            (value) => answer(null, value),
            (error: Error) => answer({ code: status.INTERNAL, details: error.message }),
          )
        },
      },
    )
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    )
  })
  return server
}
