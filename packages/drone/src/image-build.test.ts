import assert from 'node:assert/strict'
import { test } from 'node:test'
import { imageBuildOf, isImageBuilder } from './image-build.ts'
import type { Setting } from './plan.ts'
import { type SampleBuild, sampleBuild } from './sample-build.ts'

const images: [image: string, want: boolean][] = [
  ['plugins/docker', true],
  ['plugins/docker:linux-amd64', true],
  ['docker.io/plugins/docker:20', true],
  ['plugins/ecr', true],
  ['plugins/kaniko-gcr:1', true],
  ['banzaicloud/kaniko', true],
  ['quay.io/thegeeklab/drone-docker-buildx', true],
  ['woodpeckerci/plugin-docker-buildx@sha256:abc', true],
  ['plugins/s3', false],
  ['plugins/manifest', false],
  ['docker:dind', false],
  ['localhost:5000/mine/docker', false],
]
for (const [image, want] of images)
  test(`${image} is ${want ? '' : 'no '}image builder`, () => assert.equal(isImageBuilder(image), want))

const built = (
  settings: Record<string, Setting>,
  asked: SampleBuild = { event: 'push' },
  image = 'plugins/docker',
  tagsFile?: string,
) =>
  imageBuildOf({
    image,
    settings: { repo: 'r/x', ...settings },
    context: sampleBuild(asked),
    ...(tagsFile !== undefined && { tagsFile }),
  })

const tag = (name: string): SampleBuild => ({ event: 'tag', ref: `refs/tags/${name}` })
const tags: [name: string, settings: Record<string, Setting>, asked: SampleBuild, want: string[]][] = [
  ['latest by default', {}, { event: 'push' }, ['latest']],
  ['a list', { tags: ['1.0', 'latest'] }, { event: 'push' }, ['1.0', 'latest']],
  ['commas', { tags: '1.0,latest' }, { event: 'push' }, ['1.0', 'latest']],
  ['one', { tag: 'x' }, { event: 'push' }, ['x']],
  ['auto_tag of a version', { auto_tag: true }, tag('v1.2.3'), ['1', '1.2', '1.2.3']],
  ['auto_tag of 0.x has no major', { auto_tag: true }, tag('v0.2.3'), ['0.2', '0.2.3']],
  ['auto_tag of a pre-release', { auto_tag: true }, tag('v1.2.3-rc.1'), ['1.2.3-rc.1']],
  ['auto_tag of the default branch', { auto_tag: true }, { event: 'push' }, ['latest']],
  [
    'auto_tag with a suffix',
    { auto_tag: true, auto_tag_suffix: 'arm' },
    tag('1.2.3'),
    ['1-arm', '1.2-arm', '1.2.3-arm'],
  ],
  ['latest with a suffix is the suffix', { auto_tag: true, auto_tag_suffix: 'arm' }, { event: 'push' }, ['arm']],
]
for (const [name, settings, asked, want] of tags)
  test(`tags: ${name}`, () => assert.deepEqual(built(settings, asked).tags, want))

test('tags: the .tags file stands in for the default only', () => {
  assert.deepEqual(built({}, { event: 'push' }, 'plugins/docker', '1.0,2.0\n').tags, ['1.0', '2.0'])
  assert.deepEqual(built({ tags: 'x' }, { event: 'push' }, 'plugins/docker', '1.0').tags, ['x'])
})

test('auto_tag of another branch builds nothing, of a bad tag fails', () => {
  assert.match(built({ auto_tag: true }, { event: 'push', branch: 'dev' }).skipped!, /refs\/heads\/dev/)
  assert.throws(() => built({ auto_tag: true }, tag('nightly')), /semantic version/)
})

test('settings become a build', () => {
  const made = built({
    dockerfile: 'docker/Dockerfile',
    context: 'sub',
    build_args: ['A=1', 'B=x,y', 'FROM_STEP'],
    build_args_from_env: ['C'],
    target: 'prod',
    cache_from: 'r/x:cache',
    custom_labels: ['k=v'],
    username: 'u',
    password: 'p',
    registry: 'https://reg.example.com/v1/',
    dry_run: true,
    no_cache: true,
    pull_image: false,
    add_host: ['h:1.2.3.4'],
    platform: 'linux/arm64',
  })
  assert.equal(made.dockerfile, 'docker/Dockerfile')
  assert.deepEqual(made.buildArgs, { A: '1', B: 'x,y' })
  assert.deepEqual(made.buildArgsFromEnv, ['C', 'FROM_STEP'])
  assert.deepEqual([made.registry, made.username, made.password], ['reg.example.com', 'u', 'p'])
  assert.deepEqual([made.dryRun, made.noCache, made.pullBase, made.platform], [true, true, false, 'linux/arm64'])
  assert.equal(made.labels.k, 'v')
  assert.equal(made.labels['org.opencontainers.image.created'], '2023-11-14T22:13:20Z')
  assert.deepEqual(made.warnings, [])
})

const repos: [image: string, settings: Record<string, Setting>, want: string][] = [
  ['plugins/docker', { repo: 'reg/x', registry: 'other' }, 'reg/x'],
  ['plugins/gcr', { repo: 'p/x' }, 'gcr.io/p/x'],
  ['plugins/gcr', { repo: 'eu.gcr.io/p/x', registry: 'eu.gcr.io' }, 'eu.gcr.io/p/x'],
  ['plugins/gar', { repo: 'p/r/x', location: 'europe' }, 'europe-docker.pkg.dev/p/r/x'],
  ['plugins/ecr', { repo: 'x', registry: '1.dkr.ecr.eu.amazonaws.com' }, '1.dkr.ecr.eu.amazonaws.com/x'],
  ['plugins/heroku', { app: 'shop' }, 'registry.heroku.com/shop/web'],
  ['banzaicloud/kaniko', { repo: 'x', registry: 'reg.io' }, 'reg.io/x'],
]
for (const [image, settings, want] of repos)
  test(`${image} pushes to ${want}`, () => assert.equal(built(settings, { event: 'push' }, image).repo, want))

test('what is not honoured is said, what cannot be is refused', () => {
  assert.match(built({ mirror: 'https://m', cosign_private_key: 'k' }).warnings.join(), /mirror.*cosign_private_key/)
  assert.throws(
    () => imageBuildOf({ image: 'plugins/docker', settings: {}, context: sampleBuild({ event: 'push' }) }),
    /names no repo/,
  )
})
