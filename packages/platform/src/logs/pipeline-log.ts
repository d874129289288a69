import type { Client } from '@sampan/client/client'
import { isReason } from '@sampan/resources/errors'
import { pipeline as kind, type Pipeline } from '@sampan/resources/sampan/pipeline'
import type { LogName, LogStore } from './store.ts'

export interface PipelineLogLine {
  step: string
  time: string
  text: string
}

export interface PipelineLogOptions {
  /** Go on until the Pipeline has ended. */
  follow?: boolean
  signal?: AbortSignal
  /** Only this step. */
  step?: string
}

export type ReadPipelineLog = (pipeline: Pipeline, options?: PipelineLogOptions) => AsyncIterable<PipelineLogLine>

/** The log of one step of a Pipeline. */
export const stepLog = (pipeline: Pipeline, step: string): LogName => [
  'builds',
  pipeline.metadata.namespace ?? '',
  pipeline.metadata.name,
  // Step names of pipeline files may hold blanks and any letter.
  Buffer.from(step).toString('base64url'),
]

export const hasEnded = (pipeline: Pipeline) => !['pending', 'running', undefined].includes(pipeline.status?.state)

/**
 * What the steps of a Pipeline said, step by step in their order, lines in the order they were written. Steps that run
 * side by side come one after the other.
 */
export const pipelineLogReader = ({ client, store }: { client: Client; store: LogStore }): ReadPipelineLog =>
  async function* read(pipeline, { follow = false, signal, step: only } = {}) {
    const at = { namespace: pipeline.metadata.namespace, name: pipeline.metadata.name }
    let current = pipeline
    const offsets = new Map<string, number>()
    for (let index = 0; ; ) {
      const steps = current.status?.steps ?? []
      const step = steps[index]
      const ended = hasEnded(current)
      if (step && (!only || step.name === only)) {
        const name = stepLog(pipeline, step.name)
        for (let more = true; more && !signal?.aborted; ) {
          const offset = offsets.get(step.name) ?? 0
          const { lines, next } = await store.read(name, offset)
          offsets.set(step.name, next)
          more = lines.length > 0
          for (const line of lines) yield { step: step.name, ...line }
        }
      }
      if (signal?.aborted) return
      const stepEnded = step && !['pending', 'running'].includes(step.state)
      if (step && (stepEnded || ended || (only && step.name !== only) || !follow)) {
        index++
        continue
      }
      if (!follow || ended) return
      const patience = AbortSignal.timeout(500)
      await store.grown(
        stepLog(pipeline, step?.name ?? 'none'),
        signal ? AbortSignal.any([signal, patience]) : patience,
      )
      try {
        current = await client.get(kind, at)
      } catch (error) {
        if (isReason(error, 'NotFound')) return
        throw error
      }
    }
  }
