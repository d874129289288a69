import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run } from '@sampan/kit/run'
import type { Pod } from '@sampan/resources/core/pod'
import { buildEnvironmentFrom } from './build-environment.ts'
import { registriesFile } from './builder-files.ts'
import { diskRefusal, sizeText } from './disk.ts'
import { observedStep, obstacleOf, resultOf, wasInterrupted } from './observe.ts'
import { buildPlanOf } from './read-source.ts'
import { stackImagesIn } from './stack-images.ts'

const plans: {
  name: string
  files: string[]
  build?: { dockerfile?: string; context?: string }
  want: string | RegExp
}[] = [
  { name: 'a Dockerfile', files: ['Dockerfile', 'package.json'], want: 'Dockerfile in .' },
  { name: 'a Containerfile', files: ['Containerfile'], want: 'Containerfile in .' },
  {
    name: 'one that the app names',
    files: ['Dockerfile', 'ops/web.Dockerfile'],
    build: { dockerfile: './ops/web.Dockerfile' },
    want: 'ops/web.Dockerfile in .',
  },
  {
    name: 'one that is not there',
    files: ['Dockerfile'],
    build: { dockerfile: 'nix' },
    want: /^nix \(build.dockerfile of the app\) is not in this commit$/,
  },
  {
    name: 'a folder',
    files: ['web/Dockerfile', 'Dockerfile'],
    build: { context: './web/' },
    want: 'web/Dockerfile in web',
  },
  {
    name: 'a folder with a stack',
    files: ['web/app.py', 'package.json'],
    build: { context: 'web' },
    want: 'python in web',
  },
  {
    name: 'a folder that is not there',
    files: ['Dockerfile'],
    build: { context: 'nix' },
    want: /^the folder nix .* is not in this commit$/,
  },
  { name: 'a stack', files: ['package.json'], want: 'node in .' },
  {
    name: 'nothing',
    files: ['README.md', 'docker/Dockerfile'],
    want: /^there is no Dockerfile, and no stack was recognised: looked for .*index.html.* There is docker\/Dockerfile: set build.dockerfile/,
  },
  { name: 'an empty commit', files: [], want: 'the commit has no files' },
]
for (const { name, files, build, want } of plans) {
  test(`the plan of a commit with ${name}`, async () => {
    const plan = await buildPlanOf({ spec: { build } } as never, { files, read: async () => '' })
    const shown =
      plan.by === 'nothing'
        ? plan.reason
        : `${plan.by === 'recipe' ? plan.recipe.stack : plan.path} in ${plan.context || '.'}`
    if (typeof want === 'string') assert.equal(shown, want)
    else assert.match(shown, want)
  })
}

const pod = (status: object): Pod => ({ metadata: { name: 'p' }, spec: {}, status }) as Pod
const ended = (terminated: object) => pod({ containerStatuses: [{ name: 'build', state: { terminated } }] })
const digest = `sha256:${'0'.repeat(64)}`

const results = [
  { message: `{"digest":"${digest}","ports":["8080/tcp","80/tcp"]}`, want: { digest, exposedPort: 80 } },
  { message: `{"digest":"${digest}","ports":[]}`, want: { digest } },
  { message: `{"digest":"${digest}","ports":["53/udp"]}`, want: { digest } },
  { message: '{"digest":"latest"}', want: undefined },
  { message: 'broken {', want: undefined },
  { message: undefined, want: undefined },
]
for (const { message, want } of results) {
  test(`the result in ${message}`, () => assert.deepEqual(resultOf(ended({ exitCode: 0, message }), 'build'), want))
}

test('a step is what its container is, and stays what it was', () => {
  const step = { name: 'build', state: 'pending' as const }
  assert.deepEqual(observedStep(step, undefined), step)
  assert.equal(
    observedStep(step, pod({ containerStatuses: [{ name: 'build', state: { running: {} } }] })).state,
    'running',
  )
  const failed = observedStep(step, ended({ exitCode: 2, startedAt: 'a', finishedAt: 'b' }))
  assert.deepEqual(failed, {
    name: 'build',
    state: 'failure',
    exitCode: 2,
    pod: 'p',
    container: 'build',
    startedAt: 'a',
    finishedAt: 'b',
  })
  assert.equal(observedStep(failed, pod({})), failed)
})

const obstacles = [
  { status: {}, want: undefined },
  { status: { initContainerStatuses: [{ state: { waiting: { reason: 'PodInitializing' } } }] }, want: undefined },
  {
    status: { containerStatuses: [{ state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } }] },
    want: 'ErrImagePull: no such image',
  },
  {
    status: { conditions: [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }] },
    want: 'no room on the node: Insufficient cpu',
  },
]
for (const { status, want } of obstacles)
  test(`a pod is held up by ${want}`, () => assert.equal(obstacleOf(pod(status)), want))

test('a node that goes down is not the fault of the build', () => {
  assert.ok(wasInterrupted(ended({ exitCode: 137, reason: 'ContainerStatusUnknown' }), 'build'))
  assert.ok(wasInterrupted(pod({ reason: 'NodeLost' }), 'build'))
  assert.ok(!wasInterrupted(ended({ exitCode: 137, reason: 'OOMKilled' }), 'build'))
})

test('ours stand in for Docker Hub, first or last', () => {
  const order = (hubReachable: boolean) =>
    [...registriesFile({ registryHost: 'r:5000', hubReachable }).matchAll(/^location = "(.*)"/gm)].map(([, at]) => at)
  // The location is tried after its mirror; the last entry is our registry itself.
  assert.deepEqual(order(false), ['docker.io/library', 'r:5000/library', 'r:5000'])
  assert.deepEqual(order(true), ['r:5000/library', 'docker.io/library', 'r:5000'])
})

test('what is free decides, and the sentence has the numbers', () => {
  const gib = 1024 ** 3
  assert.equal(diskRefusal({ freeBytes: 2 * gib, totalBytes: 9 * gib }, 2 * gib, '/x'), undefined)
  assert.match(
    diskRefusal({ freeBytes: gib / 2, totalBytes: 9 * gib }, 2 * gib, '/x') ?? '',
    /under \/x has 512 MiB free of 9 GiB, and a build needs 2 GiB/,
  )
  assert.deepEqual([0, 1023, 1536, 10 * 1024 ** 2].map(sizeText), ['0 bytes', '1023 bytes', '1.5 KiB', '10 MiB'])
})

test('a build sees what the host needs to reach the outside, but no passwords', () => {
  const env = {
    http_proxy: 'http://p:3128',
    HTTPS_PROXY: 'http://me:secret@p:3128',
    GOPROXY: 'https://go',
    HOME: '/root',
  }
  const plain = buildEnvironmentFrom(env, { bundle: '/ca', ownAuthorities: false })
  assert.deepEqual(plain, {
    variables: { GOPROXY: 'https://go', HTTP_PROXY: 'http://p:3128', http_proxy: 'http://p:3128' },
  })
  const own = buildEnvironmentFrom({}, { bundle: '/ca', ownAuthorities: true })
  assert.equal(own.caBundle, '/ca')
  assert.equal(own.variables.NODE_EXTRA_CA_CERTS, '/run/sampan/ca.crt')
})

test('every stack has its image, named by what is in it', async () => {
  const stacks = await stackImagesIn(fileURLToPath(new URL('../../../../stacks', import.meta.url)))
  for (const one of Object.values(stacks)) {
    assert.match(one.files.Dockerfile ?? '', /^FROM debian:bookworm-slim/m)
    assert.match(one.tag, /^[0-9a-f]{12}$/)
  }
  assert.equal(new Set(Object.values(stacks).map((one) => one.tag)).size, Object.keys(stacks).length)
})

const awk = (script: string, input: string) =>
  run(
    'awk',
    ['-v', 'names=A B', '-f', fileURLToPath(new URL(`../../../../images/builder/${script}`, import.meta.url))],
    { input },
  )

test('arguments are added after every FROM, and their steps are not shown', async () => {
  const added = await awk(
    'sampan-arguments.awk',
    'ARG V=12\nFROM debian:$V AS a\nRUN x\nfrom --platform=x \\\n  a\nRUN y \\\n FROM z\n',
  )
  assert.equal(
    added.stdout,
    'ARG V=12\nFROM debian:$V AS a\nARG A B\nRUN x\nfrom --platform=x \\\n  a\nARG A B\nRUN y \\\n FROM z\n',
  )
  const shown = await awk(
    'sampan-steps.awk',
    '[1/2] STEP 1/3: FROM debian\n[1/2] STEP 2/3: ARG A B\n--> Using cache 1\n--> 1\n[1/2] STEP 3/3: RUN x\nout\n--> 2\n[2/2] STEP 1/2: FROM a\n[2/2] STEP 2/2: ARG A B\nCOMMIT\n[Warning] one or more build args were not consumed: [B]\n',
  )
  assert.equal(
    shown.stdout,
    '[1/2] STEP 1/2: FROM debian\n[1/2] STEP 2/2: RUN x\nout\n--> 2\n[2/2] STEP 1/1: FROM a\nCOMMIT\n',
  )
})
