import { createHash } from 'node:crypto'
import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import { isReason } from '@sampan/resources/errors'
import { pipeline as kind, type Pipeline, type Stage, type Step, stepPath } from '@sampan/resources/sampan/pipeline'
import { type Wake, wakeOn } from '../wake.ts'
import type { LogName, LogStore } from './store.ts'

export interface PipelineLogLine {
  /** `<stage>/<step>` */
  step: string
  time: string
  text: string
}

export interface PipelineLogOptions {
  /** Go on until the Pipeline has ended. */
  follow?: boolean
  signal?: AbortSignal
  /** Only this step: `<stage>/<step>`, or its name alone, which may mean one step of each stage. */
  step?: string
}

export type ReadPipelineLog = (pipeline: Pipeline, options?: PipelineLogOptions) => AsyncIterable<PipelineLogLine>

/** All logs of a Pipeline. */
export const pipelineLogs = ({ metadata }: Pipeline): LogName => ['builds', metadata.namespace ?? '', metadata.name]

/** The log of one step of a Pipeline, by `<stage>/<step>` (stepPath). */
export const stepLog = (pipeline: Pipeline, path: string): LogName => [...pipelineLogs(pipeline), fileNameOf(path)]

/** Names of stages and steps may hold blanks and any letter, and be longer than a file's name may be. */
function fileNameOf(path: string): string {
  const coded = `s${Buffer.from(path).toString('base64url')}`
  return coded.length <= 200 ? coded : `h${createHash('sha256').update(path).digest('hex')}`
}

export const hasEnded = (pipeline: Pipeline) =>
  !['pending', 'running', 'blocked', undefined].includes(pipeline.status?.state)

/** Every step of a Pipeline under its path, in the order people read them. */
export const stepsOf = ({ status }: Pipeline): { path: string; stage: Stage; step: Step }[] =>
  (status?.stages ?? []).flatMap((stage) =>
    stage.steps.map((step) => ({ path: stepPath(stage.name, step.name), stage, step })),
  )

interface ReaderOptions {
  client: Client
  store: LogStore
  /** With them the API is asked for nothing. */
  caches?: Pick<Caches, 'of'>
}

/**
 * What the steps of a Pipeline said: each step's lines in the order they were written, steps in theirs. With `follow`,
 * lines come as they are written, so those of steps that run side by side are mixed.
 */
export const pipelineLogReader = ({ client, store, caches }: ReaderOptions): ReadPipelineLog =>
  async function* read(pipeline, { follow = false, signal, step: only } = {}) {
    const at = { namespace: pipeline.metadata.namespace, name: pipeline.metadata.name }
    const wake = wakeOn(caches && follow ? [caches.of(kind)] : [], at.namespace)
    try {
      yield* parts(pipeline, wake)
    } finally {
      wake.close()
    }

    async function* parts(first: Pipeline, changes: Wake): AsyncGenerator<PipelineLogLine> {
      const offsets = new Map<string, number>()
      const finished = new Set<string>()
      for (let current = first; ; ) {
        const isLast = !follow || hasEnded(current)
        const open = stepsOf(current).filter(
          ({ path, step }) => !finished.has(path) && (!only || path === only || step.name === only),
        )
        const running = open.filter(({ step }) => step.state === 'running').map(({ path }) => stepLog(pipeline, path))
        // Listens before it reads: what is written in between is not missed.
        const news = isLast ? undefined : anyNews(store, running, changes, signal)
        for (const { path, step } of open) {
          if (step.state === 'pending' && !isLast) continue
          const name = stepLog(pipeline, path)
          for (let more = true; more; ) {
            if (signal?.aborted) return
            const { lines, next } = await store.read(name, offsets.get(path) ?? 0)
            offsets.set(path, next)
            more = lines.length > 0
            for (const line of lines) yield { step: path, ...line }
          }
          if (step.state !== 'pending' && step.state !== 'running') finished.add(path)
        }
        if (!news || signal?.aborted) return
        await news
        if (signal?.aborted) return
        try {
          current = caches?.of(kind).get(at) ?? (await client.get(kind, at))
        } catch (error) {
          if (isReason(error, 'NotFound')) return
          throw error
        }
      }
    }
  }

/** Resolves when one of the logs has grown or the Pipeline changed, after half a second anyway. */
async function anyNews(store: LogStore, names: readonly LogName[], changes: Wake, signal?: AbortSignal): Promise<void> {
  const enough = new AbortController()
  const until = signal ? AbortSignal.any([enough.signal, signal]) : enough.signal
  await Promise.race([changes.next(500, until), ...names.map((name) => store.grown(name, until))])
  enough.abort()
}
