import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Caches } from '@sampan/client/caches'
import { openTicket, sealTicket } from '@sampan/kit/ticket'
import { StatusError } from '@sampan/resources/errors'
import { type App, app } from '@sampan/resources/sampan/app'
import type { Identity } from '../access/access.ts'
import { makesRelease } from '../apps/makes-release.ts'
import type { ReadPipelineLog } from '../logs/pipeline-log.ts'
import type { Part, PartOptions } from '../part.ts'
import { pipelinesOf } from '../pipelines/create-pipeline.ts'
import { isRunning } from '../pipelines/is-running.ts'
import { type Intake, type IntakeOptions, intake as intakeOf, isPreviewed } from '../sources/intake.ts'
import { serveGit } from './backend.ts'
import { basicFrom } from './basic.ts'
import { checkDeployToken, isDeployToken } from './deploy-tokens.ts'
import { type FetchTicket, fetchUser } from './fetch-ticket.ts'
import { followPush } from './follow.ts'
import { writeHooks } from './hook-files.ts'
import { listenForHooks, type PushTicket, type Received } from './hook-server.ts'
import { protectedBranches, protectionFor } from './protected-branches.ts'
import { pullRequests } from './pull-requests.ts'
import { received } from './received.ts'
import { type AppName, type Repositories, repositoriesIn } from './repositories.ts'
import { type GitRequest, gitRequestFrom } from './route.ts'

export interface GitOptions extends PartOptions {
  /** Signs the tickets of hooks and pipelines. */
  key: Uint8Array
  readLog: ReadPipelineLog
  caches?: Pick<Caches, 'of'>
  /** A larger push is refused, in bytes; default 1 GiB. */
  maxPushBytes?: number
  preview?: IntakeOptions['preview']
  /** Told when a branch or pull request is gone. */
  gone?(app: App, ref: string): Promise<void>
}

export interface Git extends Part {
  repositories: Repositories
  /** Where everything that comes in becomes a Pipeline. */
  intake: Intake
  pulls: ReturnType<typeof pullRequests>
  /** Starts what was pushed to an app's branch but, because we were interrupted, never built. */
  sweep(): Promise<void>
}

/** How long a push may be followed, in seconds. */
const followed = 24 * 3600

/** The built-in git server: smart HTTP at `/git/<project>/<app>.git`, and what a push sets going. */
export function createGit(options: GitOptions): Git {
  const { client, config, log, access, key, now, readLog } = options
  const folder = join(config.home, 'git')
  const hooks = join(folder, '.hooks')
  const socket = join(config.home, 'run', 'git.sock')
  const repositories = repositoriesIn(folder, { hooks, maxPushBytes: options.maxPushBytes ?? 1024 ** 3 })
  const intake = intakeOf({ client, repositories, log, preview: options.preview })
  const pulls = pullRequests(repositories)
  const { gone = async () => undefined } = options
  let server: Server | undefined
  let tidying: Promise<void> = Promise.resolve()
  let isClosed = false

  const find = ({ project, app: name }: AppName) => client.find(app, { namespace: project, name })

  /** Who asks, when they may; else answers the refusal and gives undefined. */
  async function admitted(asked: GitRequest, request: IncomingMessage, response: ServerResponse) {
    const refuse = (status: number, text: string, headers = {}) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${text}\n`)
      return undefined
    }
    const challenge = { 'www-authenticate': 'Basic realm="Sampan"' }
    const given = basicFrom(request.headers.authorization)
    if (!given) return refuse(401, 'Sign in with your Sampan name and your password or a token.', challenge)
    const full = `${asked.project}/${asked.app}`
    if (given.name === fetchUser) {
      const ticket = openTicket<FetchTicket>(key, given.password, { use: 'fetch', now: now() })
      const fits = ticket?.repository === full && asked.service === 'git-upload-pack'
      if (fits && (await isRunning(client, ticket.pipeline))) return { name: fetchUser }
      return refuse(403, `This ticket is not for ${asked.service === 'git-upload-pack' ? full : 'pushing'}.`)
    }
    if (isDeployToken(given.password)) {
      const token = await checkDeployToken(client, asked, given.password)
      if (!token) return refuse(401, 'This deploy token is not for this app, or it was revoked.', challenge)
      if (asked.service === 'git-receive-pack' && token.right !== 'push') {
        return refuse(403, 'This deploy token may fetch but not push: make one with the right push.')
      }
      return { name: `deploy token ${token.title ?? token.id}` }
    }
    let who: Identity | undefined
    try {
      who = await access.byPassword(given.name, given.password)
    } catch (error) {
      if (error instanceof StatusError) return refuse(error.code, error.message)
      throw error
    }
    if (!who) return refuse(401, `${given.name}: wrong name, password or token.`, challenge)
    const on = { group: app.group, resource: app.plural, namespace: asked.project, name: asked.app }
    // Who may not even read an app learns nothing about whether it exists.
    if (!(await access.may(who, { ...on, verb: 'get' }))) {
      return refuse(404, `There is no app ${full}, or ${who.name} may not see it.`)
    }
    if (asked.service === 'git-receive-pack' && !(await access.may(who, { ...on, verb: 'update' }))) {
      return refuse(
        403,
        `${who.name} may read ${full} but not push to it; ask an owner of ${asked.project} for the role developer.`,
      )
    }
    return { name: who.name, identity: who }
  }

  /** Why nothing is pushed to this app at all. */
  function elsewhere({ spec, metadata }: App): string | undefined {
    const { type, url } = spec.source
    if (type === 'svn')
      return `The code of ${metadata.name} comes from Subversion${url ? ` (${url})` : ''}: commit there.`
    return url && type === 'git' ? `${metadata.name} follows ${url}: push there.` : undefined
  }

  /** What the hooks of a push are told. */
  async function hookEnvironment(asked: GitRequest, who: { name: string; identity?: Identity }) {
    const ticket: PushTicket = {
      use: 'push',
      push: randomUUID(),
      project: asked.project,
      app: asked.app,
      user: who.name,
      exp: Math.floor(now().getTime() / 1000) + followed,
    }
    const patterns = await protectedBranches(client, asked)
    const right = { group: app.group, resource: app.plural, subresource: 'protected', verb: 'update' }
    const maintains =
      patterns.length > 0 &&
      who.identity !== undefined &&
      (await access.may(who.identity, { ...right, namespace: asked.project, name: asked.app }))
    return {
      SAMPAN_HOOK_SOCKET: socket,
      SAMPAN_HOOK_TICKET: sealTicket(key, ticket),
      ...protectionFor(patterns, maintains),
    }
  }

  /** After the push was answered, and one after the other. */
  function tidyLater(name: AppName) {
    tidying = tidying
      .then(() => (isClosed ? undefined : repositories.tidy(name)))
      .catch((error: Error) => log.info('a repository could not be tidied up', { ...name, error }))
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = gitRequestFrom(request.method ?? '', request.url ?? '')
    if (!asked) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Only git itself is served here.\n')
      return
    }
    request.socket.setTimeout(0)
    const who = await admitted(asked, request, response)
    if (!who) return
    const found = await find(asked)
    if (!found) {
      const help = `There is no app ${asked.app} in ${asked.project}; make it first, for example with \`sampan launch\`.`
      response.writeHead(404, { 'content-type': 'text/plain' }).end(`${help}\n`)
      return
    }
    const why = asked.service === 'git-receive-pack' ? elsewhere(found) : undefined
    if (why) {
      request.resume()
      response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8' }).end(`${why}\n`)
      return
    }
    await repositories.ensure(asked, found.spec.source.branch)
    await serveGit(asked, request, response, {
      root: folder,
      user: who.name,
      environment: {
        ...(who.name === fetchUser ? repositories.wholeEnvironment : repositories.environment),
        ...(asked.path === '/git-receive-pack' && (await hookEnvironment(asked, who))),
      },
    })
    if (asked.path === '/git-receive-pack') tidyLater(asked)
  }

  async function* pushed(ticket: PushTicket, given: Received, signal: AbortSignal): AsyncGenerator<string> {
    const one = await find(ticket)
    if (!one) {
      yield `Kept, but there is no app ${ticket.app} in ${ticket.project} any more.`
      return
    }
    await repositories.settleHead(ticket, one.spec.source.branch)
    const all = await received(one, { ...ticket, ...given }, { repositories, pulls, intake, gone })
    for (const { says } of all) if (says) yield says
    const runs = all.flatMap(({ pipeline }) => (pipeline ? [pipeline] : []))
    for (const { spec } of runs) {
      yield ''
      yield `Pipeline ${spec.number} of ${ticket.project}/${ticket.app}. It goes on when this connection ends; see ${config.platformURL}`
    }
    // Of many the one that deploys is followed: nobody waits for all branches of an import.
    const main = `refs/heads/${one.spec.source.branch}`
    const followed = runs.find(({ spec }) => spec.commit.ref === main) ?? runs[0]
    if (!followed) return
    const at = { namespace: ticket.project, name: followed.metadata.name }
    yield* followPush(at, {
      client,
      caches: options.caches,
      readLog,
      signal,
      makesRelease: makesRelease(followed, one) || isPreviewed(one, followed.spec),
    })
  }

  async function sweep() {
    const { items } = await client.list(app)
    for (const one of items) {
      const { branch, type, url } = one.spec.source
      const name = { project: one.metadata.namespace ?? '', app: one.metadata.name }
      if (type !== 'git' || url || !(await repositories.exists(name))) continue
      const ref = `refs/heads/${branch}`
      const head = await repositories.resolve(name, ref)
      if (!head) continue
      const known = await pipelinesOf(client, one)
      if (known.some((each) => each.spec.commit.sha === head)) continue
      const commit = { ...(await repositories.commit(name, head)), ref }
      const taken = await intake(one, { event: 'push', branch, commit, cause: `sweep/${head}` })
      if ('skipped' in taken) continue
      log.warn('a push had not been built: starting it now', { app: `${name.project}/${name.app}`, commit: head })
    }
  }

  return {
    repositories,
    intake,
    pulls,
    sweep,
    handlers: [{ prefix: '/git/', handle }],
    async start() {
      await writeHooks(hooks)
      server = await listenForHooks({ socket, key, now, pushed })
      await sweep()
    },
    async close() {
      isClosed = true
      server?.closeAllConnections()
      await tidying
      await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
    },
  }
}
