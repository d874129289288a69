import assert from 'node:assert/strict'
import { test } from 'node:test'
import { node } from '@sampan/resources/core/node'
import { persistentVolume } from '@sampan/resources/core/persistent-volume'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { pod } from '@sampan/resources/core/pod'
import * as fixture from '@sampan/resources/fixtures'
import { csiDriver } from '@sampan/resources/storage/csi-driver'
import { volumeAttachment } from '@sampan/resources/storage/volume-attachment'
import { draft, running } from './run-test.test-support.ts'
import { attachmentName, volumeAttachments } from './volume-attachment.ts'

test('a volume is attached while a pod on the node names it, unless its driver does not care', async () => {
  await running(
    () => [volumeAttachments],
    async ({ client, settle, names }) => {
      await client.create(node, { metadata: { name: 'here' }, spec: {} } as never)
      await client.create(csiDriver, {
        metadata: { name: 'nfs.example.com' },
        spec: { attachRequired: false },
      } as never)
      for (const driver of ['disk.example.com', 'nfs.example.com']) {
        const name = driver.split('.')[0]!
        await client.create(persistentVolume, {
          metadata: { name },
          spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, csi: { driver, volumeHandle: name } },
        } as never)
        await client.create(
          persistentVolumeClaim,
          draft(fixture.persistentVolumeClaim(name, { spec: { volumeName: name } })),
        )
      }
      const volumes = ['disk', 'nfs'].map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }))
      const user = (name: string) => draft(fixture.pod(name, { spec: { nodeName: 'here', volumes } }))
      await client.create(pod, user('a'))
      await client.create(pod, user('b'))
      await settle()
      const expected = attachmentName('disk.example.com', 'disk', 'here')
      assert.match(expected, /^csi-[0-9a-f]{64}$/)
      assert.deepEqual(await names(volumeAttachment), [expected])
      const made = await client.get(volumeAttachment, { name: expected })
      assert.deepEqual(made.spec, {
        attacher: 'disk.example.com',
        nodeName: 'here',
        source: { persistentVolumeName: 'disk' },
      })
      await client.remove(pod, { namespace: 'default', name: 'a' }, { graceSeconds: 0 })
      await settle()
      assert.deepEqual(await names(volumeAttachment), [expected])
      await client.remove(pod, { namespace: 'default', name: 'b' }, { graceSeconds: 0 })
      await settle()
      assert.deepEqual(await names(volumeAttachment), [])
    },
  )
})
