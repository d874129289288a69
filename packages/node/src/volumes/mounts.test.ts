import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isShared, parseMountPoints } from './mounts.ts'

test('mount points are read with their spaces', () => {
  const text = [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '30 22 0:26 / /with\\040space rw - tmpfs tmpfs rw',
    '31 22 0:27 / /a rw shared:1 - tmpfs tmpfs rw',
    '',
  ].join('\n')
  assert.deepEqual(parseMountPoints(text), ['/', '/with space', '/a'])
})

test('mounts below a folder are shared when the mount it is on is', () => {
  const text = [
    '22 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '31 22 0:27 / /a rw shared:1 - tmpfs tmpfs rw',
    '32 31 0:28 / /a/own rw master:1 - tmpfs tmpfs rw',
    '33 22 0:28 / /b rw - tmpfs tmpfs rw',
    '34 33 0:29 / /b rw,relatime shared:2 master:1 - tmpfs tmpfs rw',
    '',
  ].join('\n')
  const found = ['/', '/a', '/a/x', '/ab', '/a/own/x', '/b'].map((folder) => isShared(text, folder))
  assert.deepEqual(found, [false, true, true, false, false, true])
})
