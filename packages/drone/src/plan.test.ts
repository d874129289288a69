// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${} is what the files under test are written with
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Plan, planOf } from './plan.ts'
import { type SampleBuild, sampleBuild } from './sample-build.ts'

const plan = (file: string, asked: SampleBuild = { event: 'push' }) => planOf(file, sampleBuild(asked))
const step = (made: Plan, name: string) => made.pipelines.flatMap((one) => one.steps).find((one) => one.name === name)!
const pipe = (body: string) => `kind: pipeline\nname: p\n${body}`

test('trap: << is merged into what is there, in document order', () => {
  const made = plan(
    pipe(`x: &x
  image: one
  environment: {A: 1, B: 2}
  commands: [x]
  when: {event: push, branch: {exclude: [gone]}}
steps:
- <<: *x
  name: own after
  environment: {B: 3, C: 4}
  commands: [y]
- name: own before
  environment: {B: 3}
  image: two
  <<: *x
- name: list of maps
  <<: [*x, {image: three, user: root}]
`),
  )
  assert.deepEqual(step(made, 'own after').environment, { A: '1', B: '3', C: '4' })
  assert.deepEqual(step(made, 'own after').commands, ['y'])
  assert.deepEqual(step(made, 'own before').environment, { A: '1', B: '2' })
  assert.equal(step(made, 'own before').image, 'one')
  assert.equal(step(made, 'list of maps').image, 'one')
  assert.equal(step(made, 'list of maps').user, 'root')
})

test('trap: duplicate keys decode over the first, into the same place', () => {
  const made = plan(pipe('steps:\n- name: a\n  image: i\n  environment: {A: 1}\n  environment: {B: 2}\n  name: b\n'))
  assert.deepEqual(step(made, 'b').environment, { A: '1', B: '2' })
  assert.equal(made.ok, true)
})

test('trap: unknown keys and anchor holders are ignored', () => {
  const made = plan(pipe('node_image: &i node:20\nsteps:\n- name: a\n  image: *i\n  depends: [b]\n  foo: {bar: [1]}\n'))
  assert.equal(made.ok, true)
  assert.equal(step(made, 'a').image, 'node:20')
})

test('trap: text fields keep their text', () => {
  const made = plan(
    'kind: pipeline\nname: 1.10\nsteps:\n- name: yes\n  image: 0777\n  environment: {A: on, B: 1.10, C: ~, D: ""}\n',
  )
  assert.equal(made.pipelines[0]!.name, '1.10')
  assert.equal(step(made, 'yes').image, '0777')
  assert.deepEqual(step(made, 'yes').environment, { A: 'on', B: '1.10', D: '' })
})

test('trap: a document begins at any line with ---, even in a block scalar, and ... ends the file', () => {
  const made = plan(
    pipe('steps: [{name: a, image: i}]\nx: |\n  text\n--- rest\nkind: pipeline\nname: q\n...\nnot: [valid\n'),
  )
  assert.deepEqual(
    made.pipelines.map(({ name }) => name),
    ['p', 'q'],
  )
  assert.equal(made.ok, true)
})

const conditions: [name: string, when: string, asked: SampleBuild, want: boolean][] = [
  ['a text', 'branch: main', { event: 'push' }, true],
  ['a list is or', 'branch: [dev, main]', { event: 'push' }, true],
  ['all keys must pass', 'branch: main\n    event: tag', { event: 'push' }, false],
  ['exclude wins', 'branch: {include: ["*"], exclude: [main]}', { event: 'push' }, false],
  ['exclude alone lets the rest in', 'branch: {exclude: [dev]}', { event: 'push' }, true],
  ['trap: a lone include matches everything', 'branch: {include: dev}', { event: 'push' }, true],
  ['trap: a tag has no branch', 'branch: main\n    event: tag', { event: 'tag' }, false],
  ['a tag by ref', 'ref: refs/tags/v*', { event: 'tag', ref: 'refs/tags/v2' }, true],
  ['a pull request by target branch', 'branch: main\n    event: pull_request', { event: 'pull_request' }, true],
  ['its action', 'action: [opened]', { event: 'pull_request', action: 'synchronized' }, false],
  ['a promotion by target', 'target: production', { event: 'promote', target: 'staging' }, false],
  ['a cron job by name', 'cron: nightly', { event: 'cron', cron: 'nightly' }, true],
  ['the repository', 'repo: octocat/*', { event: 'push' }, true],
  ['the instance', 'instance: ci.example.com', { event: 'push', instance: 'ci.example.com' }, true],
  ['another instance', 'instance: ci.example.com', { event: 'push' }, false],
  ['paths are never looked at', 'paths: [nowhere/*]', { event: 'push' }, true],
  ['no event filter means every event', 'branch: main', { event: 'custom' }, true],
  ['a number', 'branch: 1.10', { event: 'push', branch: '1.10' }, true],
]
for (const [name, when, asked, want] of conditions)
  test(`when: ${name}`, () => {
    const made = plan(pipe(`steps:\n- name: a\n  image: i\n  when:\n    ${when}\n`), asked)
    assert.deepEqual(made.errors, [])
    assert.equal(step(made, 'a').selected, want)
  })

test('trigger does not ask for the instance, when does', () => {
  assert.equal(plan(pipe('trigger: {instance: elsewhere}\nsteps: []\n')).pipelines[0]!.selected, true)
})

const statuses: [status: string, want: string][] = [
  ['[failure]', 'on-failure'],
  ['[success, failure]', 'always'],
  ['[success]', 'on-success'],
  ['[changed]', 'on-success'],
  ['{exclude: [success]}', 'on-failure'],
]
for (const [status, want] of statuses)
  test(`a step with status ${status} runs ${want}`, () => {
    const made = plan(pipe(`steps:\n- name: a\n  image: i\n  when: {status: ${status}}\n`))
    assert.equal(step(made, 'a').runsOn, want)
  })

test('order: one after the other, past what when leaves out', () => {
  const made = plan(
    pipe(`services: [{name: db, image: i}]
steps:
- {name: a, image: i}
- {name: b, image: i, when: {event: tag}}
- {name: c, image: i, detach: true}
- {name: d, image: i}
`),
  )
  assert.deepEqual(
    made.pipelines[0]!.steps.map(({ name, after }) => [name, after]),
    [
      ['a', ['clone']],
      ['b', ['a']],
      ['c', ['a']],
      ['d', ['c']],
    ],
  )
})

test('order: with any depends_on unlinked steps wait for the clone alone', () => {
  const made = plan(
    pipe(`services: [{name: db, image: i}]
steps:
- {name: a, image: i}
- {name: b, image: i}
- {name: out, image: i, depends_on: [a, b], when: {event: tag}}
- {name: c, image: i, depends_on: [out, db]}
`),
  )
  assert.deepEqual(
    made.pipelines[0]!.steps.map(({ name, after }) => [name, after]),
    [
      ['a', ['clone']],
      ['b', ['clone']],
      ['out', ['a', 'b']],
      ['c', ['a', 'b', 'db']],
    ],
  )
})

test('order: without a clone the first steps wait for nothing', () => {
  const serial = plan(pipe('clone: {disable: true}\nsteps: [{name: clone, image: i}, {name: b, image: i}]\n'))
  assert.equal(serial.ok, true)
  assert.deepEqual(
    serial.pipelines[0]!.steps.map(({ after }) => after),
    [[], ['clone']],
  )
  const graph = plan(
    pipe('clone: {disable: true}\nsteps: [{name: a, image: i}, {name: b, image: i, depends_on: [a]}]\n'),
  )
  assert.deepEqual(
    graph.pipelines[0]!.steps.map(({ after }) => after),
    [[], ['a']],
  )
})

test('a pipeline left out by its trigger hands on its own dependencies', () => {
  const one = (name: string, rest = '') => `kind: pipeline\nname: ${name}\nsteps: [{name: s, image: i}]\n${rest}---\n`
  const file = one('a') + one('b', 'depends_on: [a]\ntrigger: {event: tag}\n') + one('c', 'depends_on: [b]\n')
  assert.deepEqual(
    plan(file).pipelines.map(({ selected, dependsOn }) => [selected, dependsOn]),
    [
      [true, []],
      [false, ['a']],
      [true, ['a']],
    ],
  )
})

test('a pipeline for failures runs on failure alone', () => {
  const made = plan(pipe('trigger: {status: [failure]}\nsteps: []\n')).pipelines[0]!
  assert.equal(made.runsOn, 'on-failure')
  assert.equal(made.selected, true)
  assert.equal(plan(pipe('steps: []\n')).pipelines[0]!.runsOn, 'on-success')
})

test('${} is put in before the steps are read, the trigger is judged without', () => {
  const made = plan(
    pipe(
      'trigger: {branch: "${DRONE_BRANCH}"}\nsteps:\n- name: a\n  image: "i:${DRONE_BRANCH}"\n  commands: ["echo $${HOME} $PWD"]\n',
    ),
  )
  assert.equal(made.pipelines[0]!.selected, false)
  assert.equal(step(made, 'a').image, 'i:main')
  assert.deepEqual(step(made, 'a').commands, ['echo ${HOME} $PWD'])
})

test('parameters are seen by ${}', () => {
  const made = plan(pipe('steps: [{name: a, image: "i:${VERSION}"}]\n'), { event: 'promote', params: { VERSION: '7' } })
  assert.equal(step(made, 'a').image, 'i:7')
})

test("the pipeline's environment is under the step's", () => {
  const made = plan(
    pipe('environment: {A: 1, B: 1}\nsteps: [{name: a, image: i, environment: {B: 2, C: {from_secret: s}}}]\n'),
  )
  assert.deepEqual(step(made, 'a').environment, { A: '1', B: '2', C: { from_secret: 's' } })
})

const failures: [written: string, want: string][] = [
  ['ignore', 'ignore'],
  ['fast', 'fail-fast'],
  ['fail-fast', 'fail-fast'],
  ['fast-fail', 'fail-fast'],
  ['always', 'fail'],
]
for (const [written, want] of failures)
  test(`failure: ${written} means ${want}`, () =>
    assert.equal(step(plan(pipe(`steps: [{name: a, image: i, failure: ${written}}]\n`)), 'a').failure, want))

const workspaces: [body: string, want: string][] = [
  ['', '/drone/src'],
  ['workspace: {path: /go/src/x}\n', '/go/src/x'],
  ['workspace: {base: /go, path: src/x}\n', '/go/src/x'],
  ['workspace: {path: x}\n', '/drone/src/x'],
  ['workspace: {base: /etc}\n', '/drone/src'],
  ['type: kubernetes\nworkspace: {base: /go, path: /x}\n', '/x'],
]
for (const [body, want] of workspaces)
  test(`workspace of ${JSON.stringify(body)} is ${want}`, () =>
    assert.equal(plan(pipe(`${body}steps: []\n`)).pipelines[0]!.workspace, want))

test('the other kinds are read', () => {
  const made = plan(
    'kind: secret\nname: s\nget: {path: a, name: b}\n---\nkind: cron\nname: n\nspec: {schedule: "@daily", branch: main}\n---\nkind: registry\ndata: {a: b}\n---\nkind: signature\nhmac: abc\n',
  )
  assert.equal(made.ok, true)
  assert.deepEqual(made.secrets, [{ name: 's', line: 1, get: { path: 'a', name: 'b', key: '' } }])
  assert.deepEqual(made.crons, [{ name: 'n', line: 5, schedule: '@daily', branch: 'main', target: '' }])
  assert.equal(made.signature, 'abc')
})

test('settings of a plan can be written as JSON and say the same there', () => {
  const file =
    'kind: pipeline\nsteps:\n- name: a\n  image: i\n  settings: {big: 1000000, list: [18446744073709551615, 1e6], no: ~, not: .nan, key: {x: 5}}\n'
  const [step] = planOf(file, sampleBuild({ event: 'push' })).pipelines[0]!.steps
  assert.deepEqual(JSON.parse(JSON.stringify(step!.settings)), {
    big: '1000000',
    list: ['18446744073709551615', 1e6],
    not: 'NaN',
    key: { x: 5 },
  })
  assert.deepEqual(
    { ...step!.plugin },
    {
      PLUGIN_BIG: '1000000',
      PLUGIN_LIST: '18446744073709551615,1e+06',
      PLUGIN_NOT: 'NaN',
      PLUGIN_KEY: '{"x":5}',
    },
  )
})
