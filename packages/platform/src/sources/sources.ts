import { join } from 'node:path'
import { oneAtATime } from '@sampan/kit/one-at-a-time'
import { type App, app as appKind } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { user } from '@sampan/resources/sampan/user'
import { cronController } from '../cron/controller.ts'
import type { Git } from '../git/server.ts'
import type { Part, PartOptions } from '../part.ts'
import { previewController } from '../previews/controller.ts'
import { dropPreview } from '../previews/previews.ts'
import { promotionController } from '../promotions/controller.ts'
import { inboxIn } from '../webhooks/inbox.ts'
import { type Webhooks, webhooks } from '../webhooks/webhooks.ts'
import { type AddressRules, addressRules, allowedOrigins } from './address-rules.ts'
import { sourceController } from './controller.ts'
import { gitRemotes } from './git-remote.ts'
import { type GitSync, gitSync } from './git-sync.ts'
import { branchIn, nameOf, type Taken, tagIn } from './intake.ts'
import { statusController } from './status-controller.ts'
import { type HostedSvn, hostedSvn } from './svn/hosted.ts'
import { svnClient } from './svn/svn.ts'
import { svnSync } from './svn/svn-sync.ts'
import { type Uploads, uploads } from './upload/uploads.ts'

export interface SourcesOptions extends PartOptions {
  git: Git
  /** Signs the tickets of hooks. */
  key: Uint8Array
  /** How long a webhook is kept waiting, in milliseconds. */
  patienceMs?: number
}

/** Every way code and events come in besides a push to the built-in repository. */
export interface Sources extends Part {
  webhooks: Webhooks
  sync: GitSync
  rules: AddressRules
  uploads: Uploads
  svn: HostedSvn
  /** Asks the app's source now. Throws `Unreachable`, `AddressRefused`. */
  follow(app: App, signal: AbortSignal): Promise<Taken[]>
  /** The app's source is asked at the next look, however long that would take otherwise. */
  soon(app: App): void
  /** What an app has of ours on disk goes with it. */
  forget(app: { project: string; app: string }): Promise<void>
}

export function createSources({ git, ...options }: SourcesOptions): Sources {
  const { client, config, log, now } = options
  const { repositories, intake } = git
  const ended = new AbortController()
  const rules = addressRules({ config, allowed: () => allowedOrigins(client) })
  const once = oneAtATime()
  const gone = async (app: App, ref: string) => {
    const name = nameOf(app)
    const isHere = (await repositories.refs(name, ref)).has(ref)
    // In a built-in repository it is its people's to delete; here it follows another one.
    if (isHere && app.spec.source.url && (branchIn(ref) || tagIn(ref))) await repositories.setRef(name, ref, undefined)
    await dropPreview({ client }, app, ref)
  }
  const folder = join(config.home, 'git', '.hooks')
  const remotes = gitRemotes({ folder, repositories, rules })
  const sync = gitSync({ client, repositories, remotes, intake, once, gone })
  const inbox = inboxIn(join(config.home, 'webhooks'))
  const hooks = webhooks({ client, inbox, sync, intake, log, now, gone, patienceMs: options.patienceMs })
  const hosted = hostedSvn({
    ...options,
    async groupsOf(name) {
      return (await client.find(user, { name }))?.spec.groups ?? []
    },
    committed: (name) => {
      void client.find(appKind, { namespace: name.project, name: name.app }).then(
        (one) => one && svnSynced(one),
        (error: Error) => log.error('a Subversion commit was not taken over', { error }),
      )
    },
  })
  const svn = svnClient({ rules, folder: join(config.home, 'run', 'svn-config') })
  const takeSvn = svnSync({ client, repositories, intake, once, svn, hosted: hosted.ensure, gone })
  const svnSynced = (app: App) =>
    takeSvn(app).catch((error: Error) => log.warn('a Subversion commit waits for the next look', { error }))
  const syncs = {
    git: (app: App, signal: AbortSignal) => sync.all(app, signal),
    svn: takeSvn,
  }
  const following = sourceController({
    client,
    log,
    now,
    signal: ended.signal,
    syncs,
  })
  return {
    webhooks: hooks,
    sync,
    rules,
    uploads: uploads({ repositories, intake, once, now, folder: join(config.home, 'run', 'uploads') }),
    follow: async (app, signal) => (app.spec.source.type === 'image' ? [] : syncs[app.spec.source.type](app, signal)),
    soon: following.soon,
    svn: hosted,
    async forget(app) {
      await inbox.remove(app)
      await hosted.forget(app)
    },
    controllers: [
      following,
      previewController(),
      promotionController(),
      cronController({ client, repositories, intake, log }),
      statusController({ client, rules, log, urlOf: (one) => runUrl(config.platformURL, one), signal: ended.signal }),
    ],
    async start(signal) {
      await hosted.start(AbortSignal.any([signal, ended.signal]))
      await hooks.start(signal)
    },
    async close() {
      ended.abort()
      await hosted.close()
    },
  }
}

/** Where the console shows a run. */
export const runUrl = (platformURL: string, { metadata, spec }: Pipeline) =>
  `${platformURL}/projects/${metadata.namespace}/apps/${spec.app}/pipelines/${metadata.name}`
