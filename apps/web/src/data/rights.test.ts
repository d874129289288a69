import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refused } from './api.ts'
import { createRights, isAllowed, type Reviews, type Right } from './rights.ts'

const rules = [
  { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'pods/log'] },
  { verbs: ['*'], apiGroups: ['sampan.dev'], resources: ['apps'] },
  { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['own'] },
  { verbs: ['update'], apiGroups: ['*'], resources: ['*/scale'] },
]
const cases: [want: boolean, right: Omit<Right, 'namespace'>][] = [
  [true, { verb: 'list', group: '', resource: 'pods' }],
  [false, { verb: 'delete', group: '', resource: 'pods' }],
  [true, { verb: 'delete', group: 'sampan.dev', resource: 'apps' }],
  [false, { verb: 'get', group: 'apps', resource: 'pods' }],
  [true, { verb: 'get', group: '', resource: 'secrets', name: 'own' }],
  [false, { verb: 'get', group: '', resource: 'secrets', name: 'other' }],
  [false, { verb: 'get', group: '', resource: 'secrets' }],
  [true, { verb: 'update', group: 'apps', resource: 'deployments/scale' }],
]
for (const [want, right] of cases) {
  test(`${JSON.stringify(right)} is ${want ? '' : 'not '}allowed`, () => assert.equal(isAllowed(rules, right), want))
}

const pods: Right = { verb: 'list', group: '', resource: 'pods' }
const asked = (answers: Partial<Reviews>) => {
  const calls: string[] = []
  const reviews: Reviews = {
    rulesIn: (namespace) => {
      calls.push(`rules ${namespace}`)
      return answers.rulesIn?.(namespace) ?? Promise.resolve({ rules, isIncomplete: false })
    },
    ask: (right) => {
      calls.push(`ask ${right.verb} ${right.resource}`)
      return answers.ask?.(right) ?? Promise.resolve(false)
    },
  }
  return { calls, reviews }
}
const settled = () => new Promise((resolve) => setTimeout(resolve))

test('however many want to know, a namespace is asked of once, and again when it is old', async () => {
  let time = 0
  const { calls, reviews } = asked({})
  const rights = createRights(reviews, { staleMs: 10, now: () => time })
  assert.equal(rights.answer(pods), undefined)
  for (let i = 0; i < 20; i++) rights.want([pods, { ...pods, verb: 'delete' }, { ...pods, namespace: 'shop' }])
  await settled()
  assert.deepEqual([rights.answer(pods), rights.answer({ ...pods, verb: 'delete' })], [true, false])
  assert.deepEqual(calls, ['rules sampan-no-such-namespace', 'rules shop'])
  time = 20
  rights.want([pods])
  assert.equal(rights.answer(pods), true)
  await settled()
  assert.equal(calls.length, 3)
})

test('what incomplete rules do not give is asked for by itself', async () => {
  const { calls, reviews } = asked({
    rulesIn: async () => ({ rules, isIncomplete: true }),
    ask: async ({ verb }) => verb === 'watch',
  })
  const rights = createRights(reviews)
  const watch = { ...pods, verb: 'watch' }
  rights.want([pods, watch, { ...pods, verb: 'delete' }])
  await settled()
  assert.deepEqual(
    [rights.answer(pods), rights.answer(watch), rights.answer({ ...pods, verb: 'delete' })],
    [true, true, false],
  )
  assert.deepEqual(calls.slice(1), ['ask watch pods', 'ask delete pods'])
})

test('a refusal leaves it unknown, and is asked about again', async () => {
  let isOver = true
  const { reviews } = asked({
    rulesIn: async () => {
      if (isOver) throw new Refused(401, 'Sign in.')
      return { rules, isIncomplete: false }
    },
  })
  const rights = createRights(reviews)
  rights.want([pods])
  await settled()
  assert.equal(rights.answer(pods), undefined)
  isOver = false
  rights.askAgain()
  await settled()
  assert.equal(rights.answer(pods), true)
})

test('another user begins with nothing, and an answer for the one before is not taken', async () => {
  let release = (): void => undefined
  const { reviews } = asked({
    rulesIn: () =>
      new Promise((resolve) => {
        release = () => resolve({ rules, isIncomplete: false })
      }),
  })
  const rights = createRights(reviews)
  rights.want([pods])
  rights.forget()
  release()
  await settled()
  assert.equal(rights.answer(pods), undefined)
})
