import type { Api } from './api.ts'
import type { Invocation } from './command.ts'

/** A run as the platform tells it; only what is shown here. */
export interface Run {
  metadata: { name: string; namespace: string; creationTimestamp?: string; annotations?: Record<string, string> }
  spec: {
    app: string
    number: number
    event: string
    target?: string
    by?: string
    commit: { sha: string; ref: string; message?: string }
  }
  status?: {
    state: string
    reason?: string
    message?: string
    queuePosition?: number
    startedAt?: string
    finishedAt?: string
    warnings?: string[]
    stages?: RunStage[]
    artifacts?: { name: string; tags?: string[]; digest: string }[]
    release?: number
  }
}

export interface RunStage {
  name: string
  state: string
  reason?: string
  steps: { name: string; state: string; reason?: string; startedAt?: string; finishedAt?: string; exitCode?: number }[]
}

export const runPath = (project: string, name: string) =>
  `/api/projects/${encodeURIComponent(project)}/pipelines/${encodeURIComponent(name)}`

const open = ['pending', 'running']
export const isOpen = ({ status }: Run) => open.includes(status?.state ?? 'pending')

/** Shows what the steps of a run say until it ends; with `json` only the run itself, ended. Gives the exit code. */
export async function followRun(
  api: Api,
  project: string,
  name: string,
  { json, out, err, signal }: Pick<Invocation, 'json' | 'out' | 'err' | 'signal'>,
): Promise<number> {
  const path = runPath(project, name)
  if (!json) {
    let last = ''
    for await (const { event, data } of api.events(`${path}/logs?follow=true`, signal)) {
      if (event !== 'line') continue
      const line = data as { step: string; text: string }
      if (line.step !== last) err(`== ${line.step.replace('/', ' / ')}\n`)
      last = line.step
      out(`${line.text}\n`)
    }
  }
  let one = await api.get<Run>(path)
  while (isOpen(one)) {
    await new Promise((resolve) => setTimeout(resolve, 300))
    signal.throwIfAborted()
    one = await api.get<Run>(path)
  }
  if (json) out(`${JSON.stringify(one)}\n`)
  else err(`${endOf(one)}\n`)
  return one.status?.state === 'success' || one.status?.state === 'skipped' ? 0 : 1
}

export const endOf = ({ spec, status }: Run) =>
  `Pipeline ${spec.number}: ${status?.state ?? 'pending'}${status?.reason ? `: ${status.reason}` : ''}`
