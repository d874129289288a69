import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '@sampan/resources/sampan/environment'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Release } from '@sampan/resources/sampan/release'
import type { Rollout } from '@sampan/resources/sampan/rollout'
import { basicFrom } from './basic.ts'
import { outcomeOf, progressBetween, type View } from './progress.ts'
import { gitRequestFrom } from './route.ts'

const requests = [
  { ask: 'GET /git/demo/hello.git/info/refs?service=git-upload-pack', want: 'demo hello git-upload-pack /info/refs' },
  { ask: 'GET /git/demo/hello/info/refs?service=git-receive-pack', want: 'demo hello git-receive-pack /info/refs' },
  { ask: 'POST /git/demo/hello.git/git-receive-pack', want: 'demo hello git-receive-pack /git-receive-pack' },
  { ask: 'POST /git/demo/hello.git/git-upload-pack', want: 'demo hello git-upload-pack /git-upload-pack' },
  { ask: 'GET /git/demo/hello.git/info/refs', want: undefined },
  { ask: 'GET /git/demo/hello.git/info/refs?service=git-upload-archive', want: undefined },
  { ask: 'GET /git/demo/hello.git/HEAD', want: undefined },
  { ask: 'GET /git/demo/hello.git/objects/info/packs', want: undefined },
  { ask: 'POST /git/demo/hello.git/info/refs?service=git-upload-pack', want: undefined },
  {
    ask: 'GET /git/demo/../etc/hello.git/info/refs?service=git-upload-pack',
    want: 'etc hello git-upload-pack /info/refs',
  },
  { ask: 'GET /git/demo/%2e%2e%2fx.git/info/refs?service=git-upload-pack', want: undefined },
  { ask: 'GET /git/Demo/x.git/info/refs?service=git-upload-pack', want: undefined },
]
for (const { ask, want } of requests) {
  test(`${ask} is ${want ? 'served' : 'not served'}`, () => {
    const [method = '', url = ''] = ask.split(' ')
    const found = gitRequestFrom(method, url)
    assert.equal(found && `${found.project} ${found.app} ${found.service} ${found.path}`, want)
  })
}

const coded = (text: string) => Buffer.from(text).toString('base64')
const headers = [
  { header: `Basic ${coded('ada:secret')}`, want: { name: 'ada', password: 'secret' } },
  { header: `basic ${coded('ada:with:colon')}`, want: { name: 'ada', password: 'with:colon' } },
  { header: `Basic ${coded('ada')}`, want: undefined },
  { header: 'Bearer x', want: undefined },
  { header: undefined, want: undefined },
]
for (const { header, want } of headers)
  test(`credentials of ${header}`, () => assert.deepEqual(basicFrom(header), want))

const at = '2026-01-01T00:00:00Z'
const pipeline = (status: Pipeline['status']) =>
  ({
    metadata: { name: 'hello-3' },
    spec: { app: 'hello', number: 3, commit: { sha: 'c0ffee00aa', ref: 'x' } },
    status,
  }) as Pipeline
const release = {
  metadata: { name: 'hello-2' },
  spec: {
    number: 2,
    environments: [
      { name: 'test', yaml: '', hosts: [] },
      { name: 'next', yaml: '', hosts: [] },
    ],
  },
} as unknown as Release
const rollout = (name: string, number: number, status: Rollout['status']) =>
  ({ metadata: { name: `${name}-${number}` }, spec: { environment: name, number }, status }) as Rollout
const environment = (name: string, policy: 'automatic' | 'approval' = 'automatic') =>
  ({ metadata: { name }, spec: { policy } }) as Environment
const view = (more: Partial<View>): View => ({
  pipeline: pipeline(undefined),
  rollouts: [],
  environments: [environment('test')],
  ...more,
})
const built = pipeline({ state: 'success', finishedAt: at, image: 'x' })

test('progress is told once, in the order it happens', () => {
  const step = (name: string, state: 'pending' | 'running' | 'success' | 'failure', finishedAt?: string) => ({
    name,
    title: `Do ${name}`,
    state,
    startedAt: at,
    finishedAt,
  })
  const stages = (...steps: ReturnType<typeof step>[]) => [{ name: 'image', state: 'running' as const, steps }]
  const told: string[] = []
  let before: View | undefined
  for (const after of [
    view({ pipeline: pipeline({ state: 'pending', queuePosition: 2 }) }),
    view({ pipeline: pipeline({ state: 'pending', queuePosition: 2 }) }),
    view({
      pipeline: pipeline({ state: 'running', stages: stages(step('clone', 'running'), step('build', 'pending')) }),
    }),
    view({
      pipeline: pipeline({
        state: 'running',
        stages: stages(step('clone', 'success', '2026-01-01T00:00:02.5Z'), step('build', 'running')),
      }),
    }),
    view({
      pipeline: built,
      release,
      rollouts: [rollout('test', 1, { state: 'applied', stages: [{ name: 'applied', at }] })],
    }),
    view({
      pipeline: built,
      release,
      rollouts: [
        rollout('test', 1, {
          state: 'rolledOut',
          message: '1 of 2 ready',
          stages: [
            { name: 'applied', at },
            { name: 'rolledOut', at },
          ],
        }),
      ],
    }),
  ]) {
    told.push(...progressBetween(before, after))
    before = after
  }
  assert.deepEqual(told, [
    'Waiting in the queue, place 2.',
    '== Do clone',
    '   done in 3 s',
    '== Do build',
    'Release 2 made.',
    '== Deploying to test',
    '   test: objects applied',
    '   test: instances are ready',
    '   test: 1 of 2 ready',
  ])
})

const outcomes: { name: string; view: View; want: string | undefined }[] = [
  { name: 'nothing yet', view: view({}), want: undefined },
  { name: 'running', view: view({ pipeline: pipeline({ state: 'running' }) }), want: undefined },
  {
    name: 'a failed build',
    view: view({ pipeline: pipeline({ state: 'failure', reason: 'step 1 failed' }) }),
    want: 'no: Not deployed: step 1 failed.',
  },
  {
    name: 'a cancelled build',
    view: view({ pipeline: pipeline({ state: 'cancelled', reason: 'it was cancelled' }) }),
    want: 'no: Cancelled: it was cancelled.',
  },
  { name: 'built, not released yet', view: view({ pipeline: built }), want: undefined },
  { name: 'released, not rolled out yet', view: view({ pipeline: built, release }), want: undefined },
  {
    name: 'rolling out',
    view: view({ pipeline: built, release, rollouts: [rollout('test', 1, { state: 'applied' })] }),
    want: undefined,
  },
  {
    name: 'verified',
    view: view({ pipeline: built, release, rollouts: [rollout('test', 1, { state: 'verified', url: 'http://x' })] }),
    want: 'yes: Release 2 (c0ffee00) answers in test: http://x',
  },
  {
    name: 'one of two verified',
    view: view({
      pipeline: built,
      release,
      environments: [environment('test'), environment('next'), environment('production', 'approval')],
      rollouts: [rollout('test', 1, { state: 'verified', url: 'http://x' }), rollout('next', 1, { state: 'routed' })],
    }),
    want: undefined,
  },
  {
    name: 'rolled back',
    view: view({
      pipeline: built,
      release,
      rollouts: [rollout('test', 1, { state: 'rolledBack', reason: 'the app crashed' })],
    }),
    want: 'no: Not deployed to test: the app crashed.',
  },
  {
    name: 'retried',
    view: view({
      pipeline: built,
      release,
      rollouts: [
        rollout('test', 1, { state: 'failed', reason: 'x' }),
        rollout('test', 2, { state: 'verified', url: 'http://x' }),
      ],
    }),
    want: 'yes: Release 2 (c0ffee00) answers in test: http://x',
  },
  {
    name: 'overtaken',
    view: view({ pipeline: built, release, rollouts: [rollout('test', 1, { state: 'superseded' })] }),
    want: 'no: Release 2 was overtaken in test by a newer one.',
  },
  {
    name: 'only by promotion',
    view: view({ pipeline: built, release, environments: [environment('production', 'approval')] }),
    want: 'yes: Release 2 is ready. No environment takes releases by itself: promote it.',
  },
]
for (const { name, view: one, want } of outcomes) {
  test(`the outcome of a push: ${name}`, () => {
    const outcome = outcomeOf(one)
    assert.equal(outcome && `${outcome.ok ? 'yes' : 'no'}: ${outcome.lines.join(' ')}`, want)
  })
}
