import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '@sampan/resources/sampan/environment'
import type { Project } from '@sampan/resources/sampan/project'
import { quotaOf } from './quota.ts'

const place = (name: string, quota?: Record<string, string>): Environment => ({
  apiVersion: 'sampan.dev/v1',
  kind: 'Environment',
  metadata: { name, namespace: 'demo' },
  spec: { cluster: 'local', order: 0, policy: 'automatic', ...(quota && { quota }) },
})
const project = (quota?: Record<string, string>): Project => ({
  apiVersion: 'sampan.dev/v1',
  kind: 'Project',
  metadata: { name: 'demo' },
  spec: { members: [], ...(quota && { quota }) },
})
const preview = (name: string): Environment => {
  const one = place(name)
  return { ...one, spec: { ...one.spec, preview: { app: 'web', ref: 'refs/heads/x' } } }
}
const test1 = place('test')
const prod = place('prod')
const own = place('own', { 'limits.cpu': '1', pods: '4' })

const cases: {
  name: string
  of: Environment
  total?: Record<string, string>
  all: Environment[]
  want?: Record<string, string>
}[] = [
  { name: 'no quota', of: test1, total: undefined, all: [test1], want: undefined },
  {
    name: 'alone it gets all',
    of: test1,
    total: { 'limits.cpu': '2', pods: '10' },
    all: [test1],
    want: { 'limits.cpu': '2', pods: '10' },
  },
  {
    name: 'two share',
    of: test1,
    total: { 'limits.cpu': '3', 'limits.memory': '4Gi', pods: '9' },
    all: [test1, prod],
    want: { 'limits.cpu': '1500m', 'limits.memory': '2Gi', pods: '4' },
  },
  {
    name: 'its own counts',
    of: own,
    total: { 'limits.cpu': '3' },
    all: [test1, own],
    want: { 'limits.cpu': '1', pods: '4' },
  },
  {
    name: 'what others have of their own is taken off',
    of: test1,
    total: { 'limits.cpu': '3', pods: '10' },
    all: [test1, own],
    want: { 'limits.cpu': '2', pods: '6' },
  },
  {
    name: 'previews share one place, whatever their number',
    of: preview('pr-1'),
    total: { pods: '12' },
    all: [test1, prod, preview('pr-1'), preview('pr-2')],
    want: { pods: '2' },
  },
  {
    name: 'an environment loses one place to all previews',
    of: test1,
    total: { pods: '12' },
    all: [test1, prod, preview('pr-1'), preview('pr-2')],
    want: { pods: '4' },
  },
  { name: 'more than all is nothing left', of: test1, total: { pods: '3' }, all: [test1, own], want: { pods: '0' } },
]
for (const { name, of, total, all, want } of cases) {
  test(`quota: ${name}`, () => assert.deepEqual(quotaOf(of, project(total), all), want))
}
