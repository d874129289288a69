import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leftovers } from './leftovers.ts'

const now = new Date('2026-02-01T00:00:00Z')
const labels = (pipeline: string) => ({
  'sampan.dev/project': 'demo',
  'sampan.dev/app': 'web',
  'sampan.dev/pipeline': pipeline,
})
const cache = (app: string, usedAt: string) => ({
  metadata: {
    name: `cache-${app}-${usedAt.slice(0, 4)}`,
    labels: { 'sampan.dev/project': 'demo', 'sampan.dev/app': app, 'sampan.dev/cache': 'true' },
    annotations: { 'sampan.dev/used-at': usedAt },
  },
})
const run = (name: string, status: object) =>
  ({ metadata: { name, namespace: 'demo' }, spec: { app: 'web' }, status }) as never

test('what runs left behind is found, and nothing that is in use', () => {
  const objects = [
    { metadata: { name: 'running', labels: labels('web-3') } },
    { metadata: { name: 'just-ended', labels: labels('web-2') } },
    { metadata: { name: 'ended', labels: labels('web-1') } },
    { metadata: { name: 'gone', labels: labels('web-0') } },
    { metadata: { name: 'builder' } },
    cache('web', '2026-01-20T00:00:00Z'),
    cache('web', '2025-11-01T00:00:00Z'),
    cache('removed', '2026-01-20T00:00:00Z'),
  ]
  const pipelines = [
    run('web-3', { state: 'running' }),
    run('web-2', { state: 'success', finishedAt: '2026-01-31T23:59:00Z' }),
    run('web-1', { state: 'failure', finishedAt: '2026-01-31T00:00:00Z' }),
  ]
  const apps = [{ metadata: { name: 'web', namespace: 'demo' } }]
  const found = leftovers(objects, { pipelines, apps }, { now, cacheDays: 30 })
  assert.deepEqual(
    found.map(({ metadata }) => metadata.name),
    ['ended', 'gone', 'cache-web-2025', 'cache-removed-2026'],
  )
})
