import type { BuildContext } from './build-context.ts'
import type { Setting } from './plan.ts'

/** An image build asked for by a plugin of the plugins/docker family, as our own builder understands it. */
export interface ImageBuild {
  /** `host/path/name` without tag. */
  repo: string
  tags: string[]
  registry: string
  username?: string
  password?: string
  /** A whole docker `config.json`. */
  dockerConfig?: string
  dockerfile: string
  context: string
  buildArgs: Record<string, string>
  /** Build arguments whose values come from the step's environment, by name. */
  buildArgsFromEnv: string[]
  target: string
  cacheFrom: string[]
  labels: Record<string, string>
  platform: string
  noCache: boolean
  squash: boolean
  pullBase: boolean
  addHosts: string[]
  /** Build, do not push. */
  dryRun: boolean
  /** Set when nothing is to be built, and why (`auto_tag` on another branch). The step then succeeds. */
  skipped?: string
  /** Settings that were given and are not honoured. */
  warnings: string[]
}

/** Says whether an image is one whose work our builder does itself, without privilege. */
export function isImageBuilder(_image: string): boolean {
  throw new Error('not written yet')
}

export interface ImageBuildInput {
  image: string
  /** The step's settings with secrets already put in. */
  settings: Record<string, Setting>
  context: BuildContext
  /** The step's environment, for the settings that plugins take from it. */
  environment?: Record<string, string>
  /** Contents of the workspace's `.tags` file when there is one. */
  tagsFile?: string
}

/** What the step asks for. Throws `Error` with a sentence when it asks for what cannot be (no repo, invalid semver tag). */
export function imageBuildOf(_input: ImageBuildInput): ImageBuild {
  throw new Error('not written yet')
}
