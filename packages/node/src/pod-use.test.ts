import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podOf } from './pod/fixtures.ts'
import { ownVolumes } from './pod-use.ts'

test('what is mounted from elsewhere does not count as disk a pod takes from its node', () => {
  const pod = podOf({
    spec: {
      volumes: [
        { name: 'scratch', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory' } },
        { name: 'settings', configMap: { name: 'c' } },
        { name: 'hidden', secret: { secretName: 's' } },
        { name: 'far', nfs: { server: 's', path: '/' } },
        { name: 'claimed', persistentVolumeClaim: { claimName: 'c' } },
        { name: 'driver', csi: { driver: 'd' } },
      ],
    },
  })
  assert.deepEqual(ownVolumes(pod, '/pods/uid'), ['/pods/uid/volumes/scratch', '/pods/uid/volumes/settings'])
})
