import type { BuildContext } from './build-context.ts'
import { given, listOf, pairsOf, textOf } from './image-settings.ts'
import { tagsOf } from './image-tags.ts'
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

type Family = 'docker' | 'ecr' | 'gcr' | 'gar' | 'acr' | 'heroku' | 'joined'

/** Owner and name of the images whose work our builder does, and how each makes a repository of its settings. */
const families: Record<string, Family> = {
  'plugins/docker': 'docker',
  'plugins/buildx': 'docker',
  'plugins/kaniko': 'docker',
  'plugins/kaniko-docker': 'docker',
  'plugins/ecr': 'ecr',
  'plugins/buildx-ecr': 'ecr',
  'plugins/kaniko-ecr': 'ecr',
  'plugins/gcr': 'gcr',
  'plugins/buildx-gcr': 'gcr',
  'plugins/kaniko-gcr': 'gcr',
  'plugins/gar': 'gar',
  'plugins/buildx-gar': 'gar',
  'plugins/kaniko-gar': 'gar',
  'plugins/acr': 'acr',
  'plugins/buildx-acr': 'acr',
  'plugins/kaniko-acr': 'acr',
  'plugins/heroku': 'heroku',
  'banzaicloud/kaniko': 'joined',
  'banzaicloud/drone-kaniko': 'joined',
  'thegeeklab/drone-docker': 'docker',
  'thegeeklab/drone-docker-buildx': 'docker',
  'techknowlogick/drone-docker': 'docker',
  'woodpeckerci/plugin-docker': 'docker',
  'woodpeckerci/plugin-docker-buildx': 'docker',
  'woodpeckerci/plugin-kaniko': 'joined',
}

function familyOf(image: string): Family | undefined {
  const path = image
    .split('@', 1)[0]!
    .replace(/:[^/:]*$/, '')
    .split('/')
  const name = path.slice(-2).join('/')
  return Object.hasOwn(families, name) ? families[name] : undefined
}

/** Says whether an image is one whose work our builder does itself, without privilege. */
export const isImageBuilder = (image: string): boolean => familyOf(image) !== undefined

export interface ImageBuildInput {
  image: string
  /** The step's settings with secrets already put in. */
  settings: Readonly<Record<string, Setting>>
  context: BuildContext
  /** The step's environment, for the settings that plugins take from it. */
  environment?: Readonly<Record<string, string>>
  /** Contents of the workspace's `.tags` file when there is one. */
  tagsFile?: string
}

/** What the step asks for. Throws `Error` with a sentence when it asks for what cannot be (no repo, invalid semver tag). */
export function imageBuildOf(input: ImageBuildInput): ImageBuild {
  const { settings, context, environment = {} } = input
  const family = familyOf(input.image) ?? 'docker'
  const { repo, registry } = destination(family, settings)
  const dryRun = given(settings, 'dry_run') || given(settings, 'no_push') || settings.push === false
  if (!repo && !dryRun) throw new Error('The step builds an image but names no repo: add repo under settings.')
  const { tags, skipped } = tagsOf(input)
  const args = pairsOf(settings.build_args)
  const platforms = listOf(settings.platform ?? settings.platforms)
  const username = textOf(settings.username) || environment.DOCKER_USERNAME || environment.PLUGIN_USERNAME
  const password = textOf(settings.password) || environment.DOCKER_PASSWORD || environment.PLUGIN_PASSWORD
  const config = textOf(settings.config) || environment.PLUGIN_CONFIG
  return {
    repo,
    tags,
    registry,
    ...credentials(family, settings, username, password),
    ...(config && { dockerConfig: config }),
    dockerfile: textOf(settings.dockerfile) || 'Dockerfile',
    context: textOf(settings.context) || '.',
    buildArgs: args.values,
    buildArgsFromEnv: [...new Set([...listOf(settings.build_args_from_env), ...args.names])],
    target: textOf(settings.target),
    cacheFrom: listOf(settings.cache_from),
    labels: labelsOf(settings, context),
    platform: platforms.join(','),
    noCache: given(settings, 'no_cache'),
    squash: given(settings, 'squash'),
    pullBase: settings.pull_image === undefined ? true : given(settings, 'pull_image'),
    addHosts: listOf(settings.add_host),
    dryRun,
    ...(skipped && { skipped }),
    warnings: warningsOf(family, settings, platforms),
  }
}

function destination(family: Family, settings: Readonly<Record<string, Setting>>): { repo: string; registry: string } {
  const repo = textOf(settings.repo) || listOf(settings.repo)[0] || ''
  const written = textOf(settings.registry)
  const host = written.replace(/^https?:\/\//, '').replace(/\/(v1\/?)?$/, '')
  const under = (prefix: string) =>
    !prefix || !repo || `${repo}/`.startsWith(`${prefix}/`) ? repo : `${prefix}/${repo}`
  switch (family) {
    case 'gcr':
      return { repo: under(host || 'gcr.io'), registry: host || 'gcr.io' }
    case 'gar': {
      const registry = host || (settings.location ? `${textOf(settings.location)}-docker.pkg.dev` : '')
      return { repo: under(registry), registry }
    }
    case 'ecr':
    case 'acr':
    case 'joined':
      return { repo: under(host), registry: host }
    case 'heroku': {
      const registry = host || 'registry.heroku.com'
      const process = textOf(settings.process_type) || 'web'
      const app = textOf(settings.app)
      return { repo: app ? `${registry}/${app}/${process}` : repo, registry }
    }
    case 'docker':
      return { repo: given(settings, 'expand_repo') ? under(host) : repo, registry: host }
  }
}

function credentials(
  family: Family,
  settings: Readonly<Record<string, Setting>>,
  username: string | undefined,
  password: string | undefined,
): { username?: string; password?: string } {
  const key = textOf(settings.json_key)
  if ((family === 'gcr' || family === 'gar') && key) return { username: '_json_key', password: key }
  if (family === 'heroku' && (password || settings.api_key))
    return { username: textOf(settings.email) || username || '_', password: password || textOf(settings.api_key) }
  return { ...(username && { username }), ...(password && { password }) }
}

function labelsOf(settings: Readonly<Record<string, Setting>>, { commit, repo, created }: BuildContext) {
  const schema = pairsOf(settings.label_schema).values
  return {
    ...(settings.auto_label === false || settings.auto_label === 'false'
      ? {}
      : {
          'org.opencontainers.image.created': new Date(created * 1000).toISOString().replace('.000Z', 'Z'),
          'org.opencontainers.image.revision': commit.sha,
          'org.opencontainers.image.source': repo.httpUrl,
          'org.opencontainers.image.url': repo.link,
        }),
    ...Object.fromEntries(Object.entries(schema).map(([key, value]) => [`org.label-schema.${key}`, value])),
    ...pairsOf(settings.labels).values,
    ...pairsOf(settings.custom_labels).values,
  }
}

const notHonoured = [
  'mirror',
  'insecure',
  'insecure_registry',
  'custom_dns',
  'custom_dns_search',
  'ipv6',
  'secret',
  'secrets',
  'secrets_from_env',
  'secrets_from_file',
  'ssh_agent_key',
  'ssh_key_path',
  'base_image_registry',
  'base_image_username',
  'base_image_password',
  'artifact_file',
  'push_only',
  'source_image',
  'cosign_private_key',
  'cosign_password',
  'cosign_params',
  'cache_to',
  'logins',
  'tar_path',
]
const ecrOnly = [
  'access_key',
  'secret_key',
  'assume_role',
  'create_repository',
  'lifecycle_policy',
  'repository_policy',
]

function warningsOf(family: Family, settings: Readonly<Record<string, Setting>>, platforms: string[]): string[] {
  const unused = notHonoured.filter((name) => given(settings, name))
  const warnings = unused.map((name) => `The setting ${name} is not honoured by the built-in image build.`)
  if (platforms.length > 1)
    warnings.push(`Only one platform is built at a time; ${platforms.join(', ')} were asked for.`)
  if (family === 'ecr')
    for (const name of ecrOnly.filter((key) => given(settings, key)))
      warnings.push(`The setting ${name} is not honoured: give username AWS and a token as password.`)
  return warnings
}
