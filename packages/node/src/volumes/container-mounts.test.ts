import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '../pod/config-error.ts'
import { container } from '../pod/fixtures.ts'
import { volumeDevices, volumeMounts } from './container-mounts.ts'
import { MountError } from './payload.ts'

const volumes = new Map([
  ['files', { path: '/f', readonly: false }],
  ['disk', { path: '/d', readonly: true, isDevice: true }],
])
const mountsOf = (mount: object) =>
  volumeMounts(
    container('main', { volumeMounts: [{ name: 'files', mountPath: '/x', ...mount }] }),
    volumes,
    new Map(),
    '/pod',
  )

test('mounts within a read-only mount cannot be made read-only, and that is said', async () => {
  await assert.rejects(mountsOf({ readOnly: true, recursiveReadOnly: 'Enabled' }), ConfigError)
  const [mount] = await mountsOf({ readOnly: true, recursiveReadOnly: 'IfPossible' })
  assert.equal(mount?.readonly, true)
})

test('a device is no folder, and a folder no device', async () => {
  await assert.rejects(mountsOf({ name: 'disk' }), MountError)
  const devices = (name: string) =>
    volumeDevices(container('main', { volumeDevices: [{ name, devicePath: '/dev/x' }] }), volumes)
  assert.throws(() => devices('files'), MountError)
  assert.deepEqual(devices('disk'), [{ hostPath: '/d', containerPath: '/dev/x', permissions: 'r' }])
})
