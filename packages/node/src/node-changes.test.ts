import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeChanges } from './node-changes.ts'
import type { NodeStatus } from './node-status.ts'

const status = (conditions: Record<string, string>, bootID = 'b1'): NodeStatus => ({
  conditions: Object.entries(conditions).map(([type, value]) => ({ type, status: value })),
  nodeInfo: { bootID } as NodeStatus['nodeInfo'],
})
const well = { MemoryPressure: 'False', DiskPressure: 'False', PIDPressure: 'False', Ready: 'True' }
const cases = [
  { name: 'nothing new', before: status(well), after: status(well), want: [] },
  {
    name: 'a new node',
    before: undefined,
    after: status(well),
    want: ['NodeHasSufficientMemory', 'NodeHasNoDiskPressure', 'NodeHasSufficientPID', 'NodeReady'],
  },
  {
    name: 'a full disk',
    before: status(well),
    after: status({ ...well, DiskPressure: 'True' }),
    want: ['NodeHasDiskPressure'],
  },
  {
    name: 'a runtime that is down',
    before: status(well),
    after: status({ ...well, Ready: 'False' }),
    want: ['NodeNotReady'],
  },
  {
    name: 'back from unknown',
    before: status({ ...well, Ready: 'Unknown' }),
    after: status(well),
    want: ['NodeReady'],
  },
  { name: 'a reboot', before: status(well), after: status(well, 'b2'), want: ['Rebooted'] },
]
for (const { name, before, after, want } of cases)
  test(`what is said of ${name}`, () => {
    const said = nodeChanges('here', before, after)
    assert.deepEqual(
      said.map(({ reason }) => reason),
      want,
    )
    for (const { reason, message } of said)
      if (reason !== 'Rebooted') assert.equal(message, `Node here status is now: ${reason}`)
  })
