import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { App } from '@sampan/resources/sampan/app'
import type { Project } from '@sampan/resources/sampan/project'
import { defaultSettings, limitsOf, stageLimitsOf } from './settings.ts'

const gib = 1024 ** 3
const settings = defaultSettings(4, 16 * gib)
const app = (build?: object) => ({ spec: { build } }) as App
const project = (quota: Record<string, string>) => ({ spec: { quota } }) as unknown as Project

const cases: { name: string; build?: object; quota?: Record<string, string>; want: object }[] = [
  { name: 'nothing asked', want: { cpu: '4', memory: '2Gi', disk: '10Gi', pids: 1024, timeoutSeconds: 1800 } },
  {
    name: 'something asked',
    build: { cpu: '500m', memory: '3Gi', disk: '1Gi', pids: 64, timeoutSeconds: 60 },
    want: { cpu: '500m', memory: '3Gi', disk: '1Gi', pids: 64, timeoutSeconds: 60 },
  },
  {
    name: 'more than the machine has',
    build: { cpu: '64', memory: '1Ti', disk: '9Ti', pids: 99_999 },
    want: { cpu: '4', memory: '8Gi', disk: '100Gi', pids: 16_384, timeoutSeconds: 1800 },
  },
  {
    name: 'more than the project has',
    build: { memory: '3Gi' },
    quota: { 'limits.memory': '1Gi', 'limits.cpu': '2' },
    want: { cpu: '2', memory: '1Gi', disk: '10Gi', pids: 1024, timeoutSeconds: 1800 },
  },
  {
    name: 'no quantity',
    build: { memory: 'lots' },
    want: { cpu: '4', memory: '8Gi', disk: '10Gi', pids: 1024, timeoutSeconds: 1800 },
  },
]
for (const { name, build, quota, want } of cases) {
  test(`limits of a build: ${name}`, () =>
    assert.deepEqual(limitsOf(app(build), settings, quota && project(quota)), want))
}

test('a pipeline of a file has more time than the default build', () => {
  assert.equal(stageLimitsOf(app(), settings).timeoutSeconds, 3600)
})
