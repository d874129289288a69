import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaceModes, profileTypes } from '../cri/messages.ts'
import type { Container } from './containers.ts'
import { container, podOf } from './fixtures.ts'
import { containerSecurity, namespacesOf, sandboxSecurity } from './security.ts'

type Security = NonNullable<Container['securityContext']>
const { pod: ofPod, container: ofContainer, node, target } = namespaceModes
const rootImage = { uid: 0, username: '' }
const secure = (own: Security, onPod: object = {}, image: { uid?: number; username: string } = rootImage) =>
  containerSecurity(podOf({ spec: { securityContext: onPod } }), container('main', { securityContext: own }), image, {
    profileRoot: '/profiles',
  })

const namespaces = [
  { spec: {}, want: { network: ofPod, ipc: ofPod, pid: ofContainer } },
  { spec: { hostNetwork: true, hostIPC: true, hostPID: true }, want: { network: node, ipc: node, pid: node } },
  { spec: { shareProcessNamespace: true }, want: { network: ofPod, ipc: ofPod, pid: ofPod } },
  { spec: {}, to: 'c1', want: { network: ofPod, ipc: ofPod, pid: target, targetId: 'c1' } },
]
for (const { spec, to, want } of namespaces)
  test(`namespaces of ${JSON.stringify(spec)}`, () => assert.deepEqual(namespacesOf(podOf({ spec }), to), want))

const users = [
  { name: 'the image decides', own: {}, want: [undefined, undefined] },
  { name: 'the pod decides', own: {}, onPod: { runAsUser: 5, runAsGroup: 6 }, want: [5, 6] },
  { name: 'the container wins', own: { runAsUser: 7 }, onPod: { runAsUser: 5, runAsGroup: 6 }, want: [7, 6] },
  { name: 'root may be asked for', own: { runAsUser: 0 }, want: [0, undefined] },
  {
    name: 'a group alone keeps the user of the image',
    own: { runAsGroup: 9 },
    image: { uid: 33, username: '' },
    want: [33, 9],
  },
]
for (const { name, own, onPod, image, want } of users) {
  test(`user: ${name}`, () => {
    const { runAsUser, runAsGroup } = secure(own, onPod, image) as {
      runAsUser?: { value: number }
      runAsGroup?: { value: number }
    }
    assert.deepEqual([runAsUser?.value, runAsGroup?.value], want)
  })
}

const nonRoot: { own: Security; image: { uid?: number; username: string }; throws?: RegExp }[] = [
  { own: { runAsNonRoot: true, runAsUser: 1 }, image: rootImage },
  { own: { runAsNonRoot: true }, image: { uid: 1000, username: '' } },
  { own: { runAsNonRoot: true }, image: rootImage, throws: /image will run as root/ },
  { own: { runAsNonRoot: true }, image: { username: '' }, throws: /image will run as root/ },
  { own: { runAsNonRoot: true }, image: { username: 'www' }, throws: /non-numeric user \(www\)/ },
  { own: { runAsNonRoot: true, runAsUser: 0 }, image: rootImage, throws: /breaks non-root policy/ },
]
for (const { own, image, throws } of nonRoot) {
  test(`non-root: ${JSON.stringify(own)} with image user ${image.username || image.uid}`, () => {
    if (throws) assert.throws(() => secure(own, {}, image), throws)
    else secure(own, {}, image)
  })
}

test('capabilities lose their prefix', () => {
  const { capabilities } = secure({ capabilities: { add: ['CAP_NET_ADMIN', 'sys_time'], drop: ['ALL'] } })
  assert.deepEqual(capabilities, { addCapabilities: ['NET_ADMIN', 'SYS_TIME'], dropCapabilities: ['ALL'] })
})

const profiles = [
  { own: {}, onPod: {}, want: { profileType: profileTypes.unconfined } },
  {
    own: {},
    onPod: { seccompProfile: { type: 'RuntimeDefault' } },
    want: { profileType: profileTypes.runtimeDefault },
  },
  {
    own: { seccompProfile: { type: 'Localhost', localhostProfile: 'a/b.json' } },
    onPod: { seccompProfile: { type: 'RuntimeDefault' } },
    want: { profileType: profileTypes.localhost, localhostRef: '/profiles/a/b.json' },
  },
  {
    own: { privileged: true },
    onPod: { seccompProfile: { type: 'RuntimeDefault' } },
    want: { profileType: profileTypes.unconfined },
  },
]
for (const { own, onPod, want } of profiles)
  test(`seccomp of ${JSON.stringify(own)} in ${JSON.stringify(onPod)}`, () =>
    assert.deepEqual(secure(own, onPod).seccomp, want))

test('/proc is masked unless asked otherwise', () => {
  assert.ok(secure({}).maskedPaths.includes('/proc/kcore'))
  assert.deepEqual(secure({ procMount: 'Unmasked' }).maskedPaths, [])
  assert.deepEqual(secure({ privileged: true }).readonlyPaths, [])
})

test('a sandbox is privileged when a container is', () => {
  const spec = { containers: [container('main', { securityContext: { privileged: true } })] }
  assert.equal(sandboxSecurity(podOf({ spec }), '').privileged, true)
  assert.equal(sandboxSecurity(podOf(), '').privileged, false)
})
