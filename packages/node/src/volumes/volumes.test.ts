import assert from 'node:assert/strict'
import { test } from 'node:test'
import { container, podOf } from '../pod/fixtures.ts'
import { memorySize } from './volumes.ts'

const Mi = 1024 * 1024
const limited = podOf({ spec: { containers: [container('main', { resources: { limits: { memory: '64Mi' } } })] } })
const cases = [
  { name: 'one on disk has no size', pod: limited, emptyDir: { sizeLimit: '8Mi' }, want: undefined },
  { name: 'what it asks for', pod: limited, emptyDir: { medium: 'Memory', sizeLimit: '8Mi' }, want: 8 * Mi },
  { name: 'no more than its pod has', pod: limited, emptyDir: { medium: 'Memory', sizeLimit: '1Gi' }, want: 64 * Mi },
  { name: 'all its pod has', pod: limited, emptyDir: { medium: 'Memory' }, want: 64 * Mi },
  { name: 'all the node gives away', pod: podOf(), emptyDir: { medium: 'Memory' }, want: 512 * Mi },
]
for (const { name, pod, emptyDir, want } of cases)
  test(`a volume in memory: ${name}`, () => assert.equal(memorySize(pod, emptyDir, { memory: '512Mi' }), want))
