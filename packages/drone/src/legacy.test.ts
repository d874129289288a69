// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${} is what the files under test are written with
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLegacy } from './legacy.ts'
import { planOf } from './plan.ts'
import { type SampleBuild, sampleBuild } from './sample-build.ts'

const plan = (file: string, asked: SampleBuild = { event: 'push' }) =>
  planOf(file, sampleBuild(asked), { trusted: 'unknown' })
const only = (file: string, asked?: SampleBuild) => plan(file, asked).pipelines[0]!

test('a line that is "pipeline:" alone marks the format of Drone 0.8', () => {
  assert.ok(isLegacy('workspace: {base: /go}\npipeline:\n  a: {image: i}\n'))
  assert.ok(isLegacy('pipeline:  \r\n  a: {image: i}\n'))
  assert.ok(!isLegacy('kind: pipeline\nsteps: []\n'))
  assert.ok(!isLegacy('pipeline: {a: {image: i}}\n'))
})

test('steps keep their order; unknown keys are settings, secrets are variables', () => {
  const { name, steps, clone, runsOn } = only(`pipeline:
  build:
    image: golang
    commands: make all
    environment: [GOOS=linux, GOARCH=amd64, nonsense]
  publish:
    image: plugins/docker
    pull: true
    repo: o/r
    tags: [latest, 17, "17.05"]
    purge: false
    build_args: {A: 1}
    secrets: [docker_username, {source: token, target: slack_token}]
`)
  assert.equal(name, 'default')
  assert.equal(clone.enabled, true)
  assert.equal(runsOn, 'on-success')
  assert.deepEqual(
    steps.map((step) => [step.name, step.after, step.commands, step.pull]),
    [
      ['build', ['clone'], ['make all'], 'default'],
      ['publish', ['build'], [], 'always'],
    ],
  )
  assert.deepEqual(steps[0]!.environment, { GOOS: 'linux', GOARCH: 'amd64' })
  assert.deepEqual(steps[1]!.plugin, {
    PLUGIN_REPO: 'o/r',
    PLUGIN_TAGS: 'latest,17,17.05',
    PLUGIN_BUILD_ARGS: '{"A":1}',
  })
})

test('a list of named secrets becomes references, in capitals', () => {
  const [plain, mapped] = only(`pipeline:
  a: {image: i, secrets: [docker_username], environment: {DOCKER_USERNAME: x, B: yes, C: 1.10}}
  b:
    image: i
    secrets:
    - source: token
      target: slack_token
`).steps
  assert.deepEqual(plain!.environment, { B: 'true', C: '1.1', DOCKER_USERNAME: { from_secret: 'docker_username' } })
  assert.deepEqual(mapped!.environment, { SLACK_TOKEN: { from_secret: 'token' } })
})

test('branches, when, clone, workspace, services and volumes', () => {
  const file = `branches: [main, release/*]
workspace: {base: /go, path: src/x}
clone:
  git: {image: plugins/git, depth: 50}
pipeline:
  deploy:
    image: i
    detach: true
    volumes: [/tmp/go:/go/bin, "/tmp/go:/x:ro"]
    when: {event: [push, tag], branch: {include: main}, environment: production, status: [success, failure]}
services:
  db: {image: postgres, environment: {POSTGRES_DB: x}}
`
  const { selected, clone, workspace, steps, services, volumes } = only(file)
  assert.equal(selected, true)
  assert.equal(clone.enabled, false)
  assert.equal(workspace, '/go/src/x')
  assert.deepEqual(
    steps.map((step) => [step.name, step.selected, step.runsOn, step.detach, step.plugin]),
    [
      ['git', true, 'on-success', false, { PLUGIN_DEPTH: '50' }],
      ['deploy', false, 'always', true, {}],
    ],
  )
  assert.deepEqual(volumes, [{ name: '2f746d702f676f', kind: 'host', path: '/tmp/go' }])
  assert.deepEqual(
    steps[1]!.volumes.map(({ path }) => path),
    ['/go/bin', '/x'],
  )
  assert.deepEqual(
    services.map(({ name, image }) => [name, image]),
    [['db', 'postgres']],
  )
  assert.equal(only(file, { event: 'push', branch: 'dev' }).selected, false)
  assert.equal(only(file, { event: 'push', branch: 'release/1' }).selected, true)
})

test('a matrix becomes a pipeline for each combination, the first list slowest', () => {
  const { pipelines } = plan(`pipeline:
  test:
    image: golang:\${GO}
    tag: \${GO}
    commands: ["echo \${GO} \${DRONE_BRANCH}"]
  lint: {image: i, when: {matrix: {REDIS: 2.8}}}
services:
  redis: {image: "redis:\${REDIS}"}
matrix:
  GO: [1.10, "1.11"]
  REDIS: [2.6, 2.8]
`)
  assert.deepEqual(
    pipelines.map(({ name, steps, services }) => [
      name,
      steps.map((step) => step.image),
      services[0]!.image,
      steps[0]!.commands,
      steps[0]!.plugin.PLUGIN_TAG,
    ]),
    [
      ['matrix-1', ['golang:1.10'], 'redis:2.6', ['echo 1.10 main'], '1.1'],
      ['matrix-2', ['golang:1.10', 'i'], 'redis:2.8', ['echo 1.10 main'], '1.1'],
      ['matrix-3', ['golang:1.11'], 'redis:2.6', ['echo 1.11 main'], '1.11'],
      ['matrix-4', ['golang:1.11', 'i'], 'redis:2.8', ['echo 1.11 main'], '1.11'],
    ],
  )
})

test('matrix.include lists the combinations', () => {
  const { pipelines } = plan(`pipeline:
  a: {image: "i:\${V}", commands: ["echo \${W}-\${X=none}"]}
matrix:
  include:
  - V: 1
    W: 'not @skip'
  - {V: 2}
`)
  assert.deepEqual(
    pipelines.map(({ steps }) => [steps[0]!.image, steps[0]!.commands[0]]),
    [
      ['i:1', 'echo not @skip-none'],
      ['i:2', 'echo -none'],
    ],
  )
})

test('a large matrix stops where Drone stops', () => {
  const many = Array.from({ length: 20 }, (_, at) => at).join(', ')
  assert.equal(plan(`pipeline:\n  a: {image: i}\nmatrix: {A: [${many}], B: [${many}]}\n`).pipelines.length, 27)
})

test('secrets of a vault become documents', () => {
  const { secrets } = plan(`pipeline:
  a: {image: i}
secrets:
  one: {driver: vault, driver_opts: {path: secret/docker, key: password}}
  two: {path: secret/two}
  three: {vault: secret/three}
`)
  assert.deepEqual(
    secrets.map(({ name, get }) => [name, get?.path, get?.name]),
    [
      ['one', 'secret/docker', 'password'],
      ['two', 'secret/two', ''],
      ['three', 'secret/three', ''],
    ],
  )
})

test('anchors are followed, << in its place', () => {
  const { steps } = only(`x: &base {image: i, repo: o/r, commands: [a]}
pipeline:
  one: {<<: *base, repo: o/s}
  two: {repo: o/s, <<: *base}
`)
  assert.deepEqual(
    steps.map((step) => [step.image, step.plugin.PLUGIN_REPO, step.commands[0]]),
    [
      ['i', 'o/s', 'a'],
      ['i', 'o/r', 'a'],
    ],
  )
})

const wrong: [name: string, file: string, line: number, message: RegExp][] = [
  ['a step without an image', 'pipeline:\n  a: {image: i}\n\n  b:\n    commands: [x]\n', 4, /missing image/],
  ['pull that is no boolean', 'pipeline:\n  a:\n    image: i\n    pull: always\n', 4, /true or false/],
  ['a list of steps', 'pipeline:\n- {name: a, image: i}\n', 2, /map of steps/],
  [
    'a bad substitution',
    'pipeline:\n  a:\n    image: i\n    commands:\n    - x\n    - echo ${A\n',
    6,
    /bad substitution/,
  ],
  ['a matrix of maps', 'pipeline:\n  a: {image: i}\nmatrix:\n  A: {b: c}\n', 4, /list/],
  [
    'a matrix that makes too much',
    `pipeline:\n${Array.from({ length: 4000 }, (_, at) => `  s${at}: {image: i}\n`).join('')}matrix:\n  A: [${Array.from({ length: 27 }, (_, at) => at).join(', ')}]\n`,
    4002,
    /more than 2000000 characters/,
  ],
  ['an anchor in itself', 'pipeline:\n  a: &a\n    image: i\n    x: {<<: *a}\n', 2, /itself/],
]
for (const [name, file, line, message] of wrong)
  test(`${name} is an error with its line in the old file`, () => {
    const { ok, errors } = plan(file)
    assert.equal(ok, false)
    assert.deepEqual([errors[0]!.line, message.test(errors[0]!.message)], [line, true], JSON.stringify(errors))
  })

test('says so', () => {
  const { ok, warnings } = plan('workspace: {base: /go}\npipeline:\n  a: {image: i}\n')
  assert.equal(ok, true)
  assert.deepEqual([warnings[0]!.line, /Drone 0\.8/.test(warnings[0]!.message)], [2, true])
})
