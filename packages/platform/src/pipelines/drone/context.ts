import type { BuildContext, BuildEvent } from '@sampan/drone/build-context'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'

/** What does not depend on the run. */
export interface Surroundings {
  /** Where people reach the platform, without a slash at the end. */
  platformURL: string
  version: string
  /** Host that steps sign in to git at. */
  netrcMachine: string
}

/** A run that somebody asked for by hand is what the push of that commit was. */
const events: Partial<Record<Pipeline['spec']['event'], BuildEvent>> = { manual: 'push' }

const seconds = (time: string | undefined) => (time ? Math.floor(Date.parse(time) / 1000) : 0)
const branchIn = (ref: string) => /^refs\/heads\/(.+)$/.exec(ref)?.[1] ?? ''

/** A run as pipeline files see it. */
export function buildContextOf(
  one: Pipeline,
  owner: App,
  { platformURL, version }: Omit<Surroundings, 'netrcMachine'>,
): BuildContext {
  const { spec, metadata, status } = one
  const { commit } = spec
  const project = metadata.namespace ?? ''
  const own = `${platformURL}/git/${project}/${spec.app}.git`
  const slug = slugOf(owner.spec.source.url) ?? `${project}/${spec.app}`
  const [name = '', ...rest] = slug.split('/').toReversed()
  const branch = spec.branch ?? branchIn(commit.ref)
  const url = new URL(platformURL)
  return {
    event: events[spec.event] ?? (spec.event as BuildEvent),
    action: spec.action ?? (spec.event === 'tag' ? 'create' : ''),
    ref: commit.ref,
    branch,
    sourceBranch: spec.sourceBranch ?? branch,
    targetBranch: branch,
    commit: {
      sha: commit.sha,
      ...(commit.before && { before: commit.before }),
      after: commit.sha,
      ...(commit.link && { link: commit.link }),
      message: commit.message ?? '',
      authorLogin: commit.login ?? spec.by ?? '',
      authorName: commit.author ?? '',
      authorEmail: commit.email ?? '',
      authorAvatar: commit.avatar ?? '',
    },
    ...(spec.pullRequest?.title && { title: spec.pullRequest.title }),
    ...(spec.target && { deployTo: spec.target }),
    ...(spec.cron && { cron: spec.cron }),
    number: spec.number,
    ...(spec.parent && { parent: spec.parent }),
    trigger: spec.by ?? (spec.event === 'cron' ? '@cron' : '@hook'),
    params: spec.parameters ?? {},
    created: seconds(metadata.creationTimestamp),
    started: seconds(status?.startedAt ?? metadata.creationTimestamp),
    link: `${platformURL}/projects/${project}/apps/${spec.app}/pipelines/${metadata.name}`,
    repo: {
      slug,
      namespace: rest.toReversed().join('/'),
      name,
      link: owner.spec.source.url ?? `${platformURL}/projects/${project}/apps/${spec.app}`,
      httpUrl: own,
      sshUrl: '',
      defaultBranch: owner.spec.source.branch,
      visibility: 'private',
      private: true,
      scm: 'git',
      uid: owner.metadata.uid ?? '',
    },
    system: { proto: url.protocol.slice(0, -1), host: url.host, version },
  }
}

/** `owner/name` at the host of the source. */
function slugOf(address: string | undefined): string | undefined {
  if (!address) return undefined
  const path = /^(?:[a-z+]+:\/\/[^/]+\/|[^/]+@[^:]+:)(.+?)(?:\.git)?\/?$/.exec(address)?.[1]
  return path?.includes('/') ? path : undefined
}
