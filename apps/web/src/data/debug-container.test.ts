import assert from 'node:assert/strict'
import { test } from 'node:test'
import { debugPatch, imagesFor } from './debug-container.ts'

const pod = {
  metadata: { name: 'web' },
  spec: {
    containers: [{ name: 'app', image: 'shop/web:1' }],
    ephemeralContainers: [{ name: 'debug-1', image: 'busybox:stable' }],
  },
}

test('a debug container has a free name, a terminal and sees the processes of its target', () => {
  const { name, body } = debugPatch(pod, { image: 'debian:12-slim', target: 'app', command: ['sh'] })
  assert.equal(name, 'debug-2')
  const [container] = body.spec.ephemeralContainers
  assert.deepEqual(
    [container?.image, container?.targetContainerName, container?.tty, container?.stdin, container?.command],
    ['debian:12-slim', 'app', true, true, ['sh']],
  )
})

test('the images of the pod itself are offered first, each once', () => {
  assert.deepEqual(imagesFor(pod), ['shop/web:1', 'busybox:stable', 'debian:12-slim'])
})
