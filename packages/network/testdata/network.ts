// Runs the network of a node over an API in memory, inside whatever network namespace it is started in. Takes objects to
// write over IPC, says `done` after each, `ready` after the start.
import { memoryClient } from '@sampan/client/memory-client'
import { systemClock } from '@sampan/kit/clock'
import { jsonLog } from '@sampan/kit/log'
import { namespace } from '@sampan/resources/core/namespace'
import { pod } from '@sampan/resources/core/pod'
import { service } from '@sampan/resources/core/service'
import type { Definition } from '@sampan/resources/define'
import { endpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import type { KubeObject } from '@sampan/resources/meta'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import { createNetwork, removeNetwork } from '../src/network.ts'
import type { NetworkConfig } from '../src/network-config.ts'

const [config, ingressFolder] = process.argv.slice(2) as [string, string]
const network = JSON.parse(config) as NetworkConfig
const client = memoryClient()
const kinds = { namespace, pod, service, endpointSlice, networkPolicy } as unknown as Record<
  string,
  Definition<KubeObject>
>
const running = createNetwork({ client, config: network, ingressFolder, clock: systemClock, log: jsonLog() })

const say = (word: unknown) => process.send!(word)
process.on('message', (message) => {
  const { op, kind, object } = message as { op: string; kind: string; object: KubeObject }
  const act = async (): Promise<unknown> => {
    const definition = kinds[kind]!
    if (op === 'seed') return client.seed(definition, object as never)
    if (op === 'put') {
      const { namespace: space, name } = object.metadata
      const found = await client.find(definition, { ...(space && { namespace: space }), name })
      if (found) await client.remove(definition, { ...(space && { namespace: space }), name }, { graceSeconds: 0 })
      return client.seed(definition, object as never)
    }
    if (op === 'remove') {
      const { namespace: space, name } = object.metadata
      return client.remove(definition, { ...(space && { namespace: space }), name }, { graceSeconds: 0 })
    }
    if (op === 'get') {
      const { namespace: space, name } = object.metadata
      return client.find(definition, { ...(space && { namespace: space }), name })
    }
    await running.close()
    if (op === 'uninstall') await removeNetwork(network)
    return undefined
  }
  act().then(
    (result) => {
      say({ done: result ?? null })
      if (op === 'close' || op === 'uninstall') process.disconnect()
    },
    (error) => say({ failed: (error as Error).message }),
  )
})
await running.start()
say('ready')
