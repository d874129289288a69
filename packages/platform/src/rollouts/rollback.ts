import type { Rollout } from '@sampan/resources/sampan/rollout'
import { type Document, dropped } from '../releases/documents.ts'
import { applyDocuments, pruneDocuments } from './apply.ts'
import { workloadsOf } from './observe.ts'
import { inStateMs } from './outcome.ts'
import { entrance, keepNames, type Look } from './stages.ts'

/** What the release before was in this environment. */
export interface Previous {
  documents: readonly Document[]
  hosts: readonly string[]
}

export type Back =
  | { do: 'done' }
  | { do: 'wait'; message: string; againMs: number }
  /** The earlier release could not be brought back either. */
  | { do: 'stuck'; why: string }

/** How long the earlier release may take to be whole again, in milliseconds. */
const limit = 5 * 60_000

/**
 * Brings the environment back to the objects of the release before. Its instances have not stopped serving: the failed
 * release never was ready, and a rolling update takes nothing away before. Run again after a crash it does no harm.
 */
export async function rollBack(look: Look, previous: Previous): Promise<Back> {
  const { rollout, snapshot, documents } = look
  const workloads = workloadsOf(snapshot, previous.documents)
  // Applied already when the cluster carries the earlier release's labels again.
  if (!workloads.every((one) => one.isKnown) || !isApplied(rollout)) {
    const refused = await applyDocuments(look, previous.documents)
    if (refused) return { do: 'stuck', why: refused.sentence }
    await pruneDocuments(look, dropped(documents, previous.documents))
    return { do: 'wait', message: appliedAgain, againMs: 1000 }
  }
  if (workloads.every((one) => one.isDone)) {
    const { address } = entrance(previous.documents, snapshot)
    if (address) await keepNames(look, previous.hosts, address)
    return { do: 'done' }
  }
  const waiting = workloads.find((one) => !one.isDone)?.message ?? ''
  if (inStateMs(rollout, snapshot.now) > limit) return { do: 'stuck', why: waiting }
  return { do: 'wait', message: appliedAgain, againMs: 2000 }
}

const appliedAgain = 'The release before is applied again.'
const isApplied = (rollout: Rollout) => rollout.status?.message === appliedAgain
