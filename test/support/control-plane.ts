import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { standardAdmission } from '@sampan/apiserver/admission/standard'
import { systemUser } from '@sampan/apiserver/auth/interfaces'
import { startTestServer } from '@sampan/apiserver/test-server.test-support'
import { caches as openCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { clientOver } from '@sampan/client/over'
import { recorder } from '@sampan/control/events'
import { fakeNode } from '@sampan/control/fake-node'
import { runControllers } from '@sampan/control/run-controllers'
import { controllers } from '@sampan/controllers/all'
import { systemClock } from '@sampan/kit/clock'
import { type Log, silent } from '@sampan/kit/log'
import { microTime } from '@sampan/resources/conditions'
import { lease } from '@sampan/resources/coordination/lease'
import { node } from '@sampan/resources/core/node'
import * as fixture from '@sampan/resources/fixtures'
import { runScheduler } from '@sampan/scheduler/run-scheduler'
import { memoryStore } from '@sampan/store/memory'

/** API server, controllers, scheduler and a node that only says that pods run: everything but containers. */
export interface ControlPlane {
  /** `http://127.0.0.1:<port>`, everybody is admin. */
  url: string
  client: Client
  /** Resolves when nothing has anything left to do. */
  idle(): Promise<void>
  close(): Promise<void>
}

export async function startControlPlane(log: Log = silent): Promise<ControlPlane> {
  const store = memoryStore()
  const admission = standardAdmission({ serviceCIDR: '10.190.0.0/16' })
  const server = await startTestServer({ store, admission, log })
  const client = clientOver(server.api.transport(systemUser))
  const caches = openCaches({ client, log })
  const volumesFolder = await mkdtemp(join(tmpdir(), 'control-plane-'))
  const events = recorder({ client, log, clock: systemClock })
  const running = runControllers({
    client,
    caches,
    events,
    log,
    controllers: [...controllers({ client, ca: 'PEM', log, volumesFolder }), fakeNode()],
  })
  const scheduler = runScheduler({ client, caches, events, log })
  await Promise.all([running.synced, scheduler.synced])
  const { metadata, ...rest } = fixture.node('here')
  await client.create(node, { ...rest, metadata: { name: metadata.name, labels: metadata.labels } })
  const at = { namespace: 'kube-node-lease', name: 'here' }
  const beat = () => ({
    spec: { holderIdentity: 'here', leaseDurationSeconds: 40, renewTime: microTime(new Date()) as never },
  })
  await client.create(lease, { metadata: at, ...beat() })
  const beating = setInterval(() => {
    client.patch(lease, at, beat()).catch((error) => log.warn('no heartbeat', { error }))
  }, 10_000)
  return {
    url: server.url,
    client,
    async idle() {
      for (let calm = 0; calm < 2; calm++) {
        await running.idle()
        await scheduler.idle()
        if (!running.isIdle) calm = 0
      }
    },
    async close() {
      clearInterval(beating)
      await Promise.all([running.close(), scheduler.close()])
      await events.close()
      await caches.close()
      await server.close()
      await rm(volumesFolder, { recursive: true, force: true })
    },
  }
}
