import type { BuildContext } from '@sampan/drone/build-context'
import { type Plan, type PlannedPipeline, planOf } from '@sampan/drone/plan'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { buildContextOf, type Surroundings } from './context.ts'

/** A pipeline file as it means this run. */
export interface RunFile {
  path: string
  text: string
  plan: Plan
  context: BuildContext
}

export interface FileReader {
  /** The file at the run's commit and its plan; undefined where there is none. The same answer for as long as a run lasts. */
  fileOf(one: Pipeline, owner: App): Promise<RunFile | undefined>
}

export interface FileReaderOptions {
  surroundings: Surroundings
  /** Text of a file of a commit, up to `limit` bytes. */
  read(owner: App, sha: string, path: string, limit: number): Promise<string | undefined>
  /** Whether an administrator trusts the app: the app's own word for it is not enough. */
  isTrusted(owner: App): Promise<boolean>
  /** Stored templates of a project by name. */
  templates(project: string): Promise<Readonly<Record<string, string>>>
}

/** Larger files are refused. */
export const largestFile = 1024 * 1024
const remembered = 32

export const configPathOf = ({ spec }: App) => spec.pipelines?.config ?? '.drone.yml'

/** Plans are made again from the commit after a restart; between looks at a run they are remembered. */
export function fileReader({ surroundings, read, templates, isTrusted }: FileReaderOptions): FileReader {
  const known = new Map<string, RunFile | undefined>()
  return {
    async fileOf(one, owner) {
      const key = `${one.metadata.uid} ${one.status?.startedAt ?? ''} ${owner.spec.pipelines?.trusted ?? ''}`
      if (known.has(key)) return known.get(key)
      const path = configPathOf(owner)
      const text = await read(owner, one.spec.commit.sha, path, largestFile + 1)
      const file = text === undefined ? undefined : await planned(path, text)
      known.set(key, file)
      for (const oldest of known.keys()) {
        if (known.size <= remembered) break
        known.delete(oldest)
      }
      return file

      async function planned(path: string, text: string): Promise<RunFile> {
        const context = buildContextOf(one, owner, surroundings)
        if (text.length > largestFile) {
          const message = `the file is larger than ${largestFile / 1024} KiB`
          const plan: Plan = {
            ok: false,
            errors: [{ line: 0, message }],
            warnings: [],
            pipelines: [],
            secrets: [],
            crons: [],
          }
          return { path, text, plan, context }
        }
        const stored = await templates(one.metadata.namespace ?? '')
        const plan = planOf(text, context, {
          trusted: owner.spec.pipelines?.trusted === true && (await isTrusted(owner)),
          template: (name) => stored[name],
        })
        return { path, text, plan, context }
      }
    },
  }
}

/** What is wrong with a file in one line, with the place: `.drone.yml:12: …`. */
export function errorText({ path, plan }: RunFile): string {
  const [first, ...more] = plan.errors
  if (!first) return `${path} cannot be read`
  const at = first.line > 0 ? `${path}:${first.line}` : path
  return `${at}: ${first.message}${more.length > 0 ? ` (and ${more.length} more; see sampan lint)` : ''}`
}

export const selectedOf = ({ plan }: RunFile): PlannedPipeline[] => plan.pipelines.filter(({ selected }) => selected)
