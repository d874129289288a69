import { type MemoryClient, memoryClient } from '@sampan/client/memory-client'
import type { Controller, Part, Running } from '@sampan/control/controller'
import { runControllers } from '@sampan/control/run-controllers'
import { type FakeClock, fakeClock } from '@sampan/kit/clock'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'

export interface Parts {
  client: MemoryClient
  clock: FakeClock
  /** Waits until nothing is left to do now. */
  settle(): Promise<void>
  names<T extends KubeObject>(kind: Definition<T>, namespace?: string): Promise<string[]>
}

/** Runs controllers over a map, with a clock that stands still. */
export async function running(
  controllers: readonly (Controller | Part)[] | ((client: MemoryClient) => readonly (Controller | Part)[]),
  run: (parts: Parts) => Promise<void>,
) {
  const clock = fakeClock()
  const client = memoryClient({ now: clock.now })
  const list = typeof controllers === 'function' ? controllers(client) : controllers
  const runner = runControllers({ client, clock, controllers: list })
  await runner.synced
  try {
    await run({
      client,
      clock,
      settle: () => settled(runner, clock),
      names: async (kind, at) => {
        const { items } = await client.list(kind, { namespace: at })
        return items.map(({ metadata }) => metadata.name).toSorted()
      },
    })
  } finally {
    await runner.close()
  }
}

async function settled(runner: Running, clock: FakeClock) {
  for (let calm = 0; calm < 2; calm++) {
    let isIdle = false
    const idle = runner.idle().then(() => {
      isIdle = true
    })
    while (!isIdle) await clock.advance(5)
    await idle
    await clock.advance(25)
  }
}

/** As a user would send it. */
export const draft = <T extends KubeObject>({ metadata: { name, namespace, labels, annotations }, ...rest }: T) => ({
  ...rest,
  metadata: { name, namespace, labels, annotations },
})
