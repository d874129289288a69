import type { BuildContext } from '@sampan/drone/build-context'
import { type ImageBuild, imageBuildOf } from '@sampan/drone/image-build'
import type { PlannedPipeline, PlannedStep } from '@sampan/drone/plan'
import { argKey, imageKey } from './pods.ts'
import { filledSettings, filledText } from './values.ts'

export interface ImageInput {
  step: PlannedStep
  planned: PlannedPipeline
  context: BuildContext
  /** Data of the run's Secret. */
  data: Readonly<Record<string, string>>
  /** `<project>/<app>` */
  repository: string
  registryHost: string
  /** Other names of our registry: `localhost:5000`. */
  registryAliases: readonly string[]
  /** docker `config.json` of the run for our registry. */
  configJson: string
}

export type ImageAsked =
  /** Nothing to do, and why. */
  | { skipped: string }
  | {
      image: string
      /** Environment of the build's container. */
      values: Record<string, string>
      /** Names of build arguments; their values are in `secret`. */
      args: string[]
      labels: number
      /** Adds to the run's Secret. */
      secret: Record<string, string>
      /** Said at the head of the log. */
      notes: string[]
    }

const hasHost = (repo: string) => {
  const [first = '', ...rest] = repo.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')
}

/** What an image build of a file means for our builder. Throws an Error with a sentence when it cannot be. */
export function imageAsked(input: ImageInput, at: { stage: number; number: number }): ImageAsked {
  const { step, planned, context, data } = input
  const build = imageBuildOf({
    image: step.image,
    settings: filledSettings(step.settings, data),
    context,
    environment: filledText(step.environment, data),
  })
  if (build.skipped) return { skipped: build.skipped }
  const notes = [...build.warnings]
  const { image, isOurs } = targetOf(input, build, notes)
  if (build.cacheFrom.length > 0) notes.push('cache_from is not needed: layers of earlier builds of this app are used')
  const environment = filledText(step.environment, data)
  const fromEnv = Object.fromEntries(build.buildArgsFromEnv.map((name) => [name, environment[name] ?? '']))
  const given = { ...fromEnv, ...build.buildArgs }
  const labels = Object.entries(build.labels)
  const key = (what: string) => imageKey(at.stage, at.number, what)
  const below = (path: string) =>
    (path.startsWith('/') ? path : `${planned.workspace}/${path.replace(/^\.\/?/, '')}`).replace(/\/$/, '')
  const hasTags = step.settings.tags !== undefined || step.settings.tag !== undefined || isAuto(step.settings)
  return {
    image,
    values: {
      SAMPAN_IMAGE: image,
      SAMPAN_TAG: build.tags.join(' '),
      ...(!hasTags && { SAMPAN_TAGS_FILE: `${planned.workspace}/.tags` }),
      SAMPAN_CONTEXT: below(build.context),
      SAMPAN_DOCKERFILE: below(build.dockerfile),
      SAMPAN_NOTES: notes.join('\n'),
      ...(build.target && { SAMPAN_TARGET: build.target }),
      ...(build.noCache && { SAMPAN_NO_CACHE: 'true' }),
      ...(build.squash && { SAMPAN_SQUASH: 'true' }),
      ...(build.dryRun && { SAMPAN_DRY_RUN: 'true' }),
      ...(build.platform && { SAMPAN_PLATFORM: build.platform }),
      ...(build.addHosts.length > 0 && { SAMPAN_HOSTS: build.addHosts.join(' ') }),
    },
    args: Object.keys(given),
    labels: labels.length,
    secret: {
      [key('none')]: '',
      [key('auth')]: authOf(input, build, isOurs),
      ...Object.fromEntries(Object.entries(given).map(([name, value]) => [key(argKey(name)), value])),
      ...Object.fromEntries(labels.map(([name, value], index) => [key(`label-${index}`), `${name}=${value}`])),
    },
    notes,
  }
}

const isAuto = ({ auto_tag: auto, default_tags: usual }: PlannedStep['settings']) => auto === true || usual === true

/** Where the image goes. Our registry has one repository per app; a name without a host and credentials means that one. */
function targetOf(input: ImageInput, build: ImageBuild, notes: string[]) {
  const { repository, registryHost, registryAliases } = input
  const own = `${registryHost}/${repository}`
  const ours = [registryHost, ...registryAliases]
  const [host = '', ...path] = build.repo.split('/')
  const registry = build.registry.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  if (!build.repo) return { image: own, isOurs: true }
  const named = hasHost(build.repo)
    ? ours.includes(host)
      ? path.join('/')
      : undefined
    : ours.includes(registry)
      ? build.repo
      : undefined
  if (named !== undefined) {
    if (named !== repository && !named.startsWith(`${repository}/`)) {
      throw new Error(
        `the step pushes to ${named} in this installation's registry, where this app has ${repository}: write repo: ${own}`,
      )
    }
    return { image: `${registryHost}/${named}`, isOurs: true }
  }
  if (hasHost(build.repo)) return { image: build.repo, isOurs: false }
  if (!build.username && !build.dockerConfig && !registry) {
    notes.push(
      `${build.repo} has no registry and no credentials: the image goes to ${repository} in this installation's registry`,
    )
    return { image: own, isOurs: true }
  }
  const isHub = !registry || /(^|\.)docker\.(io|com)$/.test(registry)
  const image = isHub
    ? `docker.io/${build.repo.includes('/') ? '' : 'library/'}${build.repo}`
    : `${registry}/${build.repo}`
  return { image, isOurs: false }
}

type Auths = Record<string, unknown>

/** Our registry's credentials are always there, for bases; the step's own besides. */
function authOf({ configJson }: ImageInput, build: ImageBuild, isOurs: boolean): string {
  const auths: Auths = {}
  if (build.dockerConfig) {
    try {
      Object.assign(auths, (JSON.parse(build.dockerConfig) as { auths?: Auths }).auths)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new Error('the setting config is no docker config.json', { cause: error })
    }
  }
  if (build.username && !isOurs) {
    const [host = ''] = hasHost(build.repo)
      ? build.repo.split('/')
      : [build.registry.replace(/^https?:\/\//, '').replace(/\/.*$/, '') || 'docker.io']
    const auth = Buffer.from(`${build.username}:${build.password ?? ''}`).toString('base64')
    auths[/(^|\.)docker\.(io|com)$/.test(host) ? 'docker.io' : host] = { auth }
  }
  const own = JSON.parse(configJson) as { auths: Auths }
  return JSON.stringify({ auths: { ...auths, ...own.auths } })
}

/** `image` as the node shall pull it: our registry's own name, or what stands in for Docker Hub's where that is out of reach. */
export async function stepImage(
  image: string,
  given: {
    registryHost: string
    registryAliases: readonly string[]
    hubReachable: boolean
    hasImage(repository: string, tag: string): Promise<boolean>
  },
): Promise<string> {
  const { registryHost, registryAliases, hubReachable } = given
  const [host = '', ...path] = image.split('/')
  if (registryAliases.includes(host)) return [registryHost, ...path].join('/')
  const found = /^(?:(?:docker\.io|index\.docker\.io)\/)?(?:library\/)?([a-z0-9._-]+)(?::([\w.-]+))?$/.exec(image)
  if (hubReachable || !found) return image
  const [, name = '', tag = 'latest'] = found
  return (await given.hasImage(`library/${name}`, tag)) ? `${registryHost}/library/${name}:${tag}` : image
}
