import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline, Stage } from '@sampan/resources/sampan/pipeline'

/** Drone's REST API, as its command line and the scripts of its users read it: names with `_`, times in seconds, 0 for never. */

const states: Readonly<Record<string, string>> = { cancelled: 'killed' }
const stateOf = (state = 'pending') => states[state] ?? state
const seconds = (time: string | undefined) => (time ? Math.floor(Date.parse(time) / 1000) : 0)

/** A number that stays the same for the same object: Drone's clients want one. */
const idOf = (uid = '') => Number.parseInt(uid.replaceAll('-', '').slice(0, 12) || '0', 16)

export function repoShape(one: App, { link, gitUrl, trusted }: { link: string; gitUrl: string; trusted: boolean }) {
  const { namespace = '', name, uid, creationTimestamp } = one.metadata
  const { source, pipelines, build } = one.spec
  const created = seconds(creationTimestamp)
  return {
    id: idOf(uid),
    uid,
    namespace,
    name,
    slug: `${namespace}/${name}`,
    scm: 'git',
    git_http_url: gitUrl,
    git_ssh_url: '',
    link,
    default_branch: source.branch,
    private: true,
    visibility: 'private',
    active: true,
    config_path: pipelines?.config ?? '.drone.yml',
    trusted,
    protected: pipelines?.protected ?? false,
    auto_cancel_pushes: pipelines?.autoCancel?.pushes ?? false,
    auto_cancel_pull_requests: pipelines?.autoCancel?.pullRequests ?? false,
    timeout: Math.ceil((build?.timeoutSeconds ?? 3600) / 60),
    synced: created,
    created,
    updated: created,
    version: one.metadata.generation ?? 1,
  }
}

export function buildShape(one: Pipeline, link: string, withStages = false) {
  const { spec, status, metadata } = one
  const { commit } = spec
  const created = seconds(metadata.creationTimestamp)
  return {
    id: idOf(metadata.uid),
    number: spec.number,
    ...(spec.parent && { parent: spec.parent }),
    status: stateOf(status?.state),
    ...(status?.state === 'error' && { error: status.reason }),
    event: spec.event === 'manual' ? 'custom' : spec.event,
    action: spec.action ?? '',
    link: commit.link ?? link,
    timestamp: seconds(commit.time),
    ...(spec.pullRequest?.title && { title: spec.pullRequest.title }),
    message: commit.message ?? '',
    before: commit.before ?? '',
    after: commit.sha,
    ref: commit.ref,
    source_repo: '',
    source: spec.sourceBranch ?? spec.branch ?? '',
    target: spec.branch ?? '',
    author_login: commit.login ?? commit.author ?? '',
    author_name: commit.author ?? '',
    author_email: commit.email ?? '',
    author_avatar: commit.avatar ?? '',
    sender: spec.by ?? '',
    ...(spec.parameters && { params: spec.parameters }),
    ...(spec.target && { deploy_to: spec.target }),
    ...(spec.cron && { cron: spec.cron }),
    started: seconds(status?.startedAt),
    finished: seconds(status?.finishedAt),
    created,
    updated: Math.max(created, seconds(status?.startedAt), seconds(status?.finishedAt)),
    version: 1,
    ...(withStages && { stages: stagesOf(one).map((stage, i) => stageShape(stage, i + 1, created)) }),
  }
}

export const stagesOf = ({ status }: Pipeline): readonly Stage[] => status?.stages ?? []

function stageShape(
  { name, state, reason, after = [], startedAt, finishedAt, steps }: Stage,
  number: number,
  created: number,
) {
  return {
    id: number,
    number,
    name,
    kind: 'pipeline',
    type: 'kubernetes',
    status: stateOf(state),
    ...(reason && { error: reason }),
    errignore: false,
    exit_code: 0,
    os: 'linux',
    arch: 'amd64',
    started: seconds(startedAt),
    stopped: seconds(finishedAt),
    created,
    updated: Math.max(created, seconds(startedAt), seconds(finishedAt)),
    version: 1,
    on_success: true,
    on_failure: false,
    ...(after.length > 0 && { depends_on: after }),
    steps: steps.map((step, i) => ({
      id: number * 1000 + i + 1,
      step_id: number,
      number: i + 1,
      name: step.name,
      status: stateOf(step.state),
      ...(step.reason && { error: step.reason }),
      ...(step.ignored && { errignore: true }),
      exit_code: step.exitCode ?? 0,
      started: seconds(step.startedAt),
      stopped: seconds(step.finishedAt),
      version: 1,
      ...(step.image && { image: step.image }),
      ...(step.detach && { detached: true }),
    })),
  }
}

/** A small picture of a state, as READMEs show it. */
export function badge(state: string): string {
  const colours: Readonly<Record<string, string>> = {
    success: '#44cc11',
    failure: '#e05d44',
    error: '#9f9f9f',
    running: '#dfb317',
    pending: '#dfb317',
  }
  const word = state === 'failure' ? 'failing' : state === 'success' ? 'passing' : state
  const width = 42 + word.length * 7
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20"><rect width="38" height="20" fill="#555"/><rect x="38" width="${width - 38}" height="20" fill="${colours[state] ?? '#9f9f9f'}"/><g fill="#fff" font-family="Verdana,sans-serif" font-size="11"><text x="5" y="14">build</text><text x="43" y="14">${word}</text></g></svg>`
}
