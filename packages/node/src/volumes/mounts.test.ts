import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMountPoints } from './mounts.ts'

test('mount points are read with their spaces', () => {
  const text = [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '30 22 0:26 / /with\\040space rw - tmpfs tmpfs rw',
    '31 22 0:27 / /a rw shared:1 - tmpfs tmpfs rw',
    '',
  ].join('\n')
  assert.deepEqual(parseMountPoints(text), ['/', '/with space', '/a'])
})
