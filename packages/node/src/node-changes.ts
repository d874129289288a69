import type { NodeStatus } from './node-status.ts'

/** What is said about a node when it starts, and whenever one of its conditions turns. */
export interface NodeChange {
  type: 'Normal' | 'Warning'
  reason: string
  message: string
}

const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory' },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure' },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID' },
  Ready: { True: 'NodeReady', False: 'NodeNotReady' },
}

/** The same events any node agent writes. */
export function nodeChanges(name: string, before: NodeStatus | undefined, after: NodeStatus): NodeChange[] {
  const bootID = after.nodeInfo?.bootID
  const told = before?.nodeInfo?.bootID
  const rebooted: NodeChange[] =
    told && told !== bootID
      ? [{ type: 'Warning', reason: 'Rebooted', message: `Node ${name} has been rebooted, boot id: ${bootID}` }]
      : []
  const turned = Object.entries(reasons).flatMap(([type, byStatus]): NodeChange[] => {
    const status = (of: NodeStatus | undefined) => of?.conditions?.find((one) => one.type === type)?.status
    const now = status(after)
    const reason = now && now !== status(before) ? byStatus[now] : undefined
    return reason ? [{ type: 'Normal', reason, message: `Node ${name} status is now: ${reason}` }] : []
  })
  return [...rebooted, ...turned]
}
