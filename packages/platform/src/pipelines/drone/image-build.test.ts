import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuildContext } from '@sampan/drone/build-context'
import { planOf } from '@sampan/drone/plan'
import type { App } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { buildContextOf } from './context.ts'
import { imageAsked, stepImage } from './image-build.ts'
import { secretKey } from './values.ts'

const owner = {
  metadata: { name: 'web', namespace: 'shop' },
  spec: { source: { type: 'git', branch: 'main' } },
} as App
const run = (spec: Partial<Pipeline['spec']> = {}) =>
  ({
    metadata: { name: 'web-1', namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { app: 'web', number: 1, event: 'push', commit: { sha: 'c0ffee', ref: 'refs/heads/main' }, ...spec },
  }) as Pipeline
const surroundings = { platformURL: 'http://sampan.test:7070', version: '1' }
const context = (spec?: Partial<Pipeline['spec']>): BuildContext => buildContextOf(run(spec), owner, surroundings)

function asked(settings: object, spec?: Partial<Pipeline['spec']>, data: Record<string, string> = {}) {
  const text = `kind: pipeline\nsteps:\n- ${JSON.stringify({ name: 'publish', image: 'plugins/docker', settings })}\n`
  const plan = planOf(text, context(spec))
  assert.deepEqual(plan.errors, [])
  const planned = plan.pipelines[0]!
  return imageAsked(
    {
      step: planned.steps[0]!,
      planned,
      context: context(spec),
      data,
      repository: 'shop/web',
      registryHost: 'registry.test:5000',
      registryAliases: ['localhost:5000'],
      configJson: '{"auths":{"registry.test:5000":{"auth":"own"}}}',
    },
    { stage: 1, number: 2 },
  )
}

const own = 'registry.test:5000/shop/web'
const targets: { name: string; settings: object; want: string | RegExp }[] = [
  { name: 'our registry by name', settings: { repo: own }, want: own },
  { name: 'our registry by its port', settings: { repo: 'localhost:5000/shop/web' }, want: own },
  { name: 'our registry as registry', settings: { repo: 'shop/web', registry: 'localhost:5000' }, want: own },
  { name: 'no registry at all', settings: { repo: 'octocat/hello' }, want: own },
  { name: 'something below the app', settings: { repo: `${own}/tools` }, want: `${own}/tools` },
  {
    name: 'another app',
    settings: { repo: 'localhost:5000/shop/other' },
    want: /this app has shop\/web: write repo: registry/,
  },
  {
    name: 'Docker Hub',
    settings: { repo: 'octocat/hello', username: 'o', password: 'p' },
    want: 'docker.io/octocat/hello',
  },
  {
    name: 'another registry',
    settings: { repo: 'quay.example/a/b', username: 'o', password: 'p' },
    want: 'quay.example/a/b',
  },
]
for (const { name, settings, want } of targets) {
  test(`an image goes to ${name}`, () => {
    if (want instanceof RegExp) return void assert.throws(() => asked(settings), want)
    const made = asked(settings)
    assert.ok('image' in made)
    assert.equal(made.image, want)
  })
}

test('what is secret is in the Secret alone', () => {
  const made = asked(
    {
      repo: 'quay.example/a/b',
      username: 'robot',
      password: { from_secret: 'pass' },
      tags: ['1.0', 'latest'],
      build_args: ['MODE=fast'],
      target: 'final',
      dry_run: false,
      cache_from: ['x'],
    },
    {},
    { [secretKey('pass')]: 's3cr3t' },
  )
  assert.ok('image' in made)
  assert.equal(made.values.SAMPAN_TAG, '1.0 latest')
  assert.equal(made.values.SAMPAN_TARGET, 'final')
  assert.deepEqual(made.args, ['MODE'])
  assert.ok(!JSON.stringify(made.values).includes('s3cr3t'))
  const auth = JSON.parse(made.secret['image-1-2-auth']!) as { auths: Record<string, { auth: string }> }
  assert.equal(Buffer.from(auth.auths['quay.example']!.auth, 'base64').toString(), 'robot:s3cr3t')
  assert.equal(auth.auths['registry.test:5000']!.auth, 'own')
  assert.ok(made.notes.some((note) => note.includes('cache_from')))
})

test('automatic tags follow the ref, and another branch builds nothing', () => {
  const tag = asked({ repo: own, auto_tag: true }, { event: 'tag', commit: { sha: 'x', ref: 'refs/tags/v1.2.3' } })
  assert.ok('image' in tag)
  assert.equal(tag.values.SAMPAN_TAG, '1 1.2 1.2.3')
  assert.ok('skipped' in asked({ repo: own, auto_tag: true }, { commit: { sha: 'x', ref: 'refs/heads/topic' } }))
})

const images: { image: string; hub?: boolean; want: string }[] = [
  { image: 'debian:12', want: 'registry.test:5000/library/debian:12' },
  { image: 'debian', want: 'registry.test:5000/library/debian:latest' },
  { image: 'docker.io/library/debian:12', want: 'registry.test:5000/library/debian:12' },
  { image: 'debian:12', hub: true, want: 'debian:12' },
  { image: 'node:24', want: 'node:24' },
  { image: 'quay.example/debian:12', want: 'quay.example/debian:12' },
  { image: 'localhost:5000/shop/tool:1', want: 'registry.test:5000/shop/tool:1' },
]
for (const { image, hub = false, want } of images) {
  test(`${image} is pulled as ${want}`, async () => {
    const hasImage = async (repository: string) => repository === 'library/debian'
    const given = {
      registryHost: 'registry.test:5000',
      registryAliases: ['localhost:5000'],
      hubReachable: hub,
      hasImage,
    }
    assert.equal(await stepImage(image, given), want)
  })
}

test('a run is what a pipeline file expects', () => {
  const push = context({
    by: 'ada',
    commit: { sha: 'c0ffee', ref: 'refs/heads/topic', before: 'b', message: 'm', author: 'Ada' },
  })
  assert.deepEqual(
    [push.event, push.branch, push.repo.slug, push.repo.namespace, push.commit.authorLogin, push.system.host],
    ['push', 'topic', 'shop/web', 'shop', 'ada', 'sampan.test:7070'],
  )
  assert.equal(context({ event: 'manual' }).event, 'push')
  assert.equal(context({ event: 'tag', commit: { sha: 'x', ref: 'refs/tags/v1' } }).branch, '')
  const elsewhere = {
    ...owner,
    spec: { source: { type: 'git', branch: 'main', url: 'https://host.example/a/b/c.git' } },
  } as App
  assert.equal(buildContextOf(run(), elsewhere, surroundings).repo.slug, 'a/b/c')
})
