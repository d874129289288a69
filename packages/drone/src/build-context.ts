/** Everything about a build that conditions, `${}` substitution and step variables may ask. Times are unix seconds. */
export interface BuildContext {
  event: BuildEvent
  /** `opened` or `synchronized` for pull requests, `create` for tags, else empty. */
  action?: string
  /** `refs/heads/main`, `refs/tags/v1`, `refs/pull/7/head`. */
  ref: string
  /** The target branch: what the condition `branch` sees. Empty for tags. */
  branch: string
  sourceBranch?: string
  targetBranch?: string
  commit: CommitContext
  /** Title of the pull request. */
  title?: string
  /** Target environment of a promotion or rollback: what the condition `target` sees. */
  deployTo?: string
  deployId?: string
  /** Name of the cron job: what the condition `cron` sees. */
  cron?: string
  number: number
  /** Number of the build this one promotes, rolls back or repeats. */
  parent?: number
  /** Who or what started it: a user name, `@hook`, `@cron`. */
  trigger?: string
  /** Set by promote, rollback, custom and cron: become variables of every step. */
  params: Record<string, string>
  created: number
  started: number
  finished?: number
  link: string
  debug?: boolean
  /** State of the build at this moment; default `success`. */
  status?: 'success' | 'failure'
  /** Names of the stages that failed so far. */
  failedStages?: readonly string[]
  repo: RepoContext
  system: SystemContext
  netrc?: { machine: string; username: string; password: string }
}

export type BuildEvent = 'push' | 'pull_request' | 'tag' | 'promote' | 'rollback' | 'cron' | 'custom'

export interface CommitContext {
  sha: string
  before?: string
  after?: string
  link?: string
  message: string
  authorLogin?: string
  authorName?: string
  authorEmail?: string
  authorAvatar?: string
}

export interface RepoContext {
  /** `owner/name`. */
  slug: string
  namespace: string
  name: string
  link: string
  httpUrl: string
  sshUrl: string
  defaultBranch: string
  visibility: 'public' | 'private' | 'internal'
  private: boolean
  scm?: string
  uid?: string
}

export interface SystemContext {
  proto: string
  /** Host (and port) of this installation: what the condition `instance` sees. */
  host: string
  version: string
}

/** The stage (one running pipeline) whose variables are asked for. */
export interface StageContext {
  name: string
  number: number
  kind?: string
  type?: string
  machine?: string
  os?: string
  arch?: string
  variant?: string
  version?: string
  status?: 'success' | 'failure'
  started?: number
  finished?: number
  dependsOn?: readonly string[]
  failedSteps?: readonly string[]
}

export interface StepContext {
  name: string
  number: number
}
