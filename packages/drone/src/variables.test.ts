import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type SampleBuild, sampleBuild } from './sample-build.ts'
import { stepEnvironment, stepVariables } from './variables.ts'

const of = (asked: SampleBuild, more = {}) =>
  stepVariables({ ...sampleBuild(asked), ...more }, { name: 'p', number: 1 }, { name: 's', number: 2 })

const cases: [name: string, asked: SampleBuild, want: Record<string, string | undefined>][] = [
  [
    'push',
    { event: 'push' },
    {
      CI: 'true',
      DRONE_BRANCH: 'main',
      DRONE_COMMIT_REF: 'refs/heads/main',
      DRONE_TAG: undefined,
      DRONE_PULL_REQUEST: undefined,
      CI_REPO_NAME: 'octocat/hello-world',
      DRONE_STEP_NAME: 's',
      DRONE_STAGE_OS: 'linux',
      DRONE_BUILD_STATUS: 'success',
      DRONE_FAILED_STAGES: undefined,
    },
  ],
  [
    'pull request',
    { event: 'pull_request', ref: 'refs/pull/42/head' },
    {
      DRONE_PULL_REQUEST: '42',
      DRONE_SOURCE_BRANCH: 'feature',
      DRONE_TARGET_BRANCH: 'main',
      DRONE_BUILD_ACTION: 'opened',
    },
  ],
  [
    'tag',
    { event: 'tag', ref: 'refs/tags/v1.2.3-rc.1+5' },
    {
      DRONE_TAG: 'v1.2.3-rc.1+5',
      DRONE_SEMVER: '1.2.3-rc.1+5',
      DRONE_SEMVER_SHORT: '1.2.3',
      DRONE_SEMVER_MAJOR: '1',
      DRONE_SEMVER_PRERELEASE: 'rc.1',
      DRONE_SEMVER_BUILD: '5',
      DRONE_CALVER: undefined,
    },
  ],
  [
    'calendar tag',
    { event: 'tag', ref: 'refs/tags/2024.05.1-x' },
    {
      DRONE_CALVER: '2024.05.1-x',
      DRONE_CALVER_SHORT: '2024.05.1',
      DRONE_CALVER_MAJOR_MINOR: '2024.05',
      DRONE_CALVER_MODIFIER: 'x',
      DRONE_SEMVER: '2024.5.1-x',
    },
  ],
  [
    'tag that is no version',
    { event: 'tag', ref: 'refs/tags/nightly' },
    { DRONE_TAG: 'nightly', DRONE_SEMVER: undefined, DRONE_SEMVER_ERROR: 'nightly is not in dotted-tri format' },
  ],
  [
    'promotion',
    { event: 'promote', target: 'prod' },
    { DRONE_DEPLOY_TO: 'prod', CI_BUILD_TARGET: 'prod', DRONE_BUILD_PARENT: '1', DRONE_BUILD_EVENT: 'promote' },
  ],
]
for (const [name, asked, want] of cases)
  test(`variables of a ${name}`, () => {
    const made = of(asked)
    for (const [key, value] of Object.entries(want)) assert.equal(made[key], value, key)
  })

test('a failing build names what failed', () => {
  const made = stepVariables(
    { ...sampleBuild({ event: 'push' }), status: 'failure', failedStages: ['a', 'b'] },
    { name: 'p', number: 1, status: 'failure', failedSteps: ['x'] },
  )
  assert.deepEqual(
    [made.DRONE_BUILD_STATUS, made.CI_BUILD_STATUS, made.DRONE_FAILED_STAGES, made.DRONE_FAILED_STEPS],
    ['failure', 'failure', 'a,b', 'x'],
  )
})

test('a container sees its own variables over the build, and the build over parameters', () => {
  const build = { ...sampleBuild({ event: 'promote', params: { P: 'param', DRONE_BRANCH: 'x', OWN: 'x' } }) }
  const workspace = { base: '/drone', path: 'src', full: '/drone/src' }
  const made = stepEnvironment({
    build,
    stage: { name: 'p', number: 1 },
    step: { name: 's', number: 1 },
    workspace,
    own: { OWN: 'step', CI: 'mine' },
    globals: { P: 'global', G: '1' },
  })
  assert.deepEqual(
    [made.P, made.G, made.DRONE_BRANCH, made.OWN, made.CI, made.CI_WORKSPACE],
    ['param', '1', 'main', 'step', 'mine', '/drone/src'],
  )
})
