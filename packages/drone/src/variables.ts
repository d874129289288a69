import type { BuildContext, StageContext, StepContext } from './build-context.ts'
import { calendarVersion, semanticVersion } from './versions.ts'

type Variables = Record<string, string>

/** Where the steps work: `base` joined with `path` is `full`. */
export interface Workspace {
  base: string
  path: string
  full: string
}

/** What `${}` sees before any stage runs, too: everything but the step's own. */
const buildVariables = (build: BuildContext, now: string): Variables => {
  const { commit, repo, system } = build
  const status = build.status ?? 'success'
  const branch = build.targetBranch ?? build.branch
  return {
    CI: 'true',
    DRONE: 'true',
    DRONE_SYSTEM_PROTO: system.proto,
    DRONE_SYSTEM_HOST: system.host,
    DRONE_SYSTEM_HOSTNAME: system.host,
    DRONE_SYSTEM_VERSION: system.version,
    DRONE_REPO: repo.slug,
    DRONE_REPO_SCM: repo.scm ?? '',
    DRONE_REPO_OWNER: repo.namespace,
    DRONE_REPO_NAMESPACE: repo.namespace,
    DRONE_REPO_NAME: repo.name,
    DRONE_REPO_LINK: repo.link,
    DRONE_REPO_BRANCH: repo.defaultBranch,
    DRONE_REMOTE_URL: repo.httpUrl,
    DRONE_GIT_HTTP_URL: repo.httpUrl,
    DRONE_GIT_SSH_URL: repo.sshUrl,
    DRONE_REPO_VISIBILITY: repo.visibility,
    DRONE_REPO_PRIVATE: String(repo.private),
    DRONE_BRANCH: branch,
    DRONE_SOURCE_BRANCH: build.sourceBranch ?? branch,
    DRONE_TARGET_BRANCH: branch,
    DRONE_COMMIT: commit.sha,
    DRONE_COMMIT_SHA: commit.sha,
    DRONE_COMMIT_BEFORE: commit.before ?? '',
    DRONE_COMMIT_AFTER: commit.after ?? commit.sha,
    DRONE_COMMIT_REF: build.ref,
    DRONE_COMMIT_BRANCH: branch,
    DRONE_COMMIT_LINK: commit.link ?? '',
    DRONE_COMMIT_MESSAGE: commit.message,
    DRONE_COMMIT_AUTHOR: commit.authorLogin ?? '',
    DRONE_COMMIT_AUTHOR_NAME: commit.authorName ?? '',
    DRONE_COMMIT_AUTHOR_EMAIL: commit.authorEmail ?? '',
    DRONE_COMMIT_AUTHOR_AVATAR: commit.authorAvatar ?? '',
    DRONE_BUILD_NUMBER: String(build.number),
    DRONE_BUILD_PARENT: String(build.parent ?? 0),
    DRONE_BUILD_EVENT: build.event,
    DRONE_BUILD_ACTION: build.action ?? '',
    DRONE_BUILD_STATUS: status,
    DRONE_BUILD_CREATED: String(build.created),
    DRONE_BUILD_STARTED: build.started ? String(build.started) : now,
    DRONE_BUILD_FINISHED: build.finished ? String(build.finished) : now,
    DRONE_BUILD_LINK: build.link,
    DRONE_BUILD_TRIGGER: build.trigger ?? '',
    DRONE_BUILD_DEBUG: String(build.debug ?? false),
    DRONE_DEPLOY_TO: build.deployTo ?? '',
    DRONE_DEPLOY_ID: build.deployId ?? '0',
    ...(status === 'failure' && { DRONE_FAILED_STAGES: (build.failedStages ?? []).join(',') }),
    ...(build.event === 'pull_request' && {
      DRONE_PULL_REQUEST: /\d+/.exec(build.ref)?.[0] ?? '',
      DRONE_PULL_REQUEST_TITLE: build.title ?? '',
    }),
    ...tagVariables(build.ref),
  }
}

function tagVariables(ref: string): Variables {
  if (!ref.startsWith('refs/tags/')) return {}
  const tag = ref.slice('refs/tags/'.length)
  return { DRONE_TAG: tag, ...semanticVersion(tag), ...calendarVersion(tag) }
}

const stageVariables = (stage: StageContext, now: string): Variables => {
  const status = stage.status ?? 'success'
  return {
    DRONE_STAGE_KIND: stage.kind ?? 'pipeline',
    DRONE_STAGE_TYPE: stage.type ?? 'docker',
    DRONE_STAGE_NAME: stage.name,
    DRONE_STAGE_NUMBER: String(stage.number),
    DRONE_STAGE_MACHINE: stage.machine ?? '',
    DRONE_STAGE_OS: stage.os ?? 'linux',
    DRONE_STAGE_ARCH: stage.arch ?? 'amd64',
    DRONE_STAGE_VARIANT: stage.variant ?? '',
    DRONE_STAGE_VERSION: stage.version ?? '',
    DRONE_STAGE_STATUS: status,
    DRONE_STAGE_STARTED: stage.started ? String(stage.started) : now,
    DRONE_STAGE_FINISHED: stage.finished ? String(stage.finished) : now,
    DRONE_STAGE_DEPENDS_ON: (stage.dependsOn ?? []).join(','),
    ...(status === 'failure' && { DRONE_FAILED_STEPS: (stage.failedSteps ?? []).join(',') }),
  }
}

/** Names older plugins read. */
const legacyVariables = (of: Variables, build: BuildContext): Variables => ({
  CI_REPO: of.DRONE_REPO!,
  CI_REPO_NAME: of.DRONE_REPO!,
  CI_REPO_LINK: of.DRONE_REPO_LINK!,
  CI_REPO_REMOTE: of.DRONE_REMOTE_URL!,
  CI_REMOTE_URL: of.DRONE_REMOTE_URL!,
  CI_REPO_PRIVATE: of.DRONE_REPO_PRIVATE!,
  CI_BUILD_NUMBER: of.DRONE_BUILD_NUMBER!,
  CI_PARENT_BUILD_NUMBER: of.DRONE_BUILD_PARENT!,
  CI_BUILD_CREATED: of.DRONE_BUILD_CREATED!,
  CI_BUILD_STARTED: of.DRONE_BUILD_STARTED!,
  CI_BUILD_FINISHED: of.DRONE_BUILD_FINISHED!,
  CI_BUILD_STATUS: of.DRONE_BUILD_STATUS!,
  CI_BUILD_EVENT: of.DRONE_BUILD_EVENT!,
  CI_BUILD_LINK: build.link,
  CI_BUILD_TARGET: of.DRONE_DEPLOY_TO!,
  CI_COMMIT_SHA: of.DRONE_COMMIT_SHA!,
  CI_COMMIT_REF: of.DRONE_COMMIT_REF!,
  CI_COMMIT_BRANCH: of.DRONE_COMMIT_BRANCH!,
  CI_COMMIT_MESSAGE: of.DRONE_COMMIT_MESSAGE!,
  CI_COMMIT_AUTHOR: of.DRONE_COMMIT_AUTHOR!,
  CI_COMMIT_AUTHOR_NAME: of.DRONE_COMMIT_AUTHOR_NAME!,
  CI_COMMIT_AUTHOR_EMAIL: of.DRONE_COMMIT_AUTHOR_EMAIL!,
  CI_COMMIT_AUTHOR_AVATAR: of.DRONE_COMMIT_AUTHOR_AVATAR!,
})

/** Author and committer of whatever a step commits. */
const gitVariables = ({ commit }: BuildContext): Variables => ({
  GIT_AUTHOR_NAME: commit.authorName || 'drone',
  GIT_AUTHOR_EMAIL: commit.authorEmail || 'noreply@drone',
  GIT_COMMITTER_NAME: commit.authorName || 'drone',
  GIT_COMMITTER_EMAIL: commit.authorEmail || 'noreply@drone',
  GIT_TERMINAL_PROMPT: '0',
})

/**
 * Every DRONE_* and CI_* variable of one step that the build gives (so not the pipeline's or the step's own). Without
 * `step`, those of its stage. Things that have not begun or ended count as `now` (unix seconds; default the build's start).
 */
export function stepVariables(build: BuildContext, stage: StageContext, step?: StepContext, now?: number): Variables {
  const moment = String(now ?? build.finished ?? build.started)
  const drone = { ...buildVariables(build, moment), ...stageVariables(stage, moment) }
  return {
    ...drone,
    ...legacyVariables(drone, build),
    ...gitVariables(build),
    ...(step && { DRONE_STEP_NAME: step.name, DRONE_STEP_NUMBER: String(step.number) }),
    DRONE_CARD_PATH: '/dev/stdout',
    ...(build.netrc && netrcVariables(build.netrc)),
  }
}

const netrcVariables = ({ machine, username, password }: NonNullable<BuildContext['netrc']>): Variables => ({
  DRONE_NETRC_MACHINE: machine,
  DRONE_NETRC_USERNAME: username,
  DRONE_NETRC_PASSWORD: password,
  DRONE_NETRC_FILE: `machine ${machine} login ${username} password ${password}`,
})

export const workspaceVariables = ({ base, path, full }: Workspace): Variables => ({
  DRONE_WORKSPACE: full,
  DRONE_WORKSPACE_BASE: base,
  DRONE_WORKSPACE_PATH: path,
  CI_WORKSPACE: full,
  CI_WORKSPACE_BASE: base,
  CI_WORKSPACE_PATH: path,
})

/** What `${}` in the file sees: the runner's own, the build's parameters, then build and stage. No secrets, no step. */
export function substitutionVariables(build: BuildContext, stage: StageContext, globals: Variables = {}): Variables {
  const frozen: BuildContext = { ...build, status: 'success' }
  delete frozen.netrc
  const of = stepVariables(frozen, { ...stage, status: 'success' })
  return { ...globals, ...build.params, ...of }
}

export interface StepEnvironmentInput {
  build: BuildContext
  stage: StageContext
  step: StepContext
  workspace: Workspace
  /** The plan's merged environment and plugin variables, secrets already put in. */
  own: Variables
  globals?: Variables
  now?: number
}

/** The whole environment of a container, lowest first: runner, parameters, build and stage, then what the file says. */
export const stepEnvironment = ({
  build,
  stage,
  step,
  workspace,
  own,
  globals,
  now,
}: StepEnvironmentInput): Variables => ({
  ...globals,
  ...build.params,
  ...stepVariables(build, stage, step, now),
  ...workspaceVariables(workspace),
  ...own,
})
