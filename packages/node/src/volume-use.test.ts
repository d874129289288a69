import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { PersistentVolume } from '@sampan/resources/core/persistent-volume'
import type { PersistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { diskFigures } from './disk-figures.ts'
import { podOf } from './pod/fixtures.ts'
import { type VolumePlace, volumePlaces } from './volume-places.ts'
import { shareOf, volumeFigures } from './volume-use.ts'
import { mountAt, unmountUnder } from './volumes/mounts.ts'

const root = await mkdtemp(join(tmpdir(), 'volume-use-'))
after(async () => {
  await unmountUnder(root)
  await rm(root, { recursive: true })
})
const Mi = 1024 * 1024
let clock = 0
const figures = (places: () => VolumePlace[], driver = async () => undefined as object | undefined) =>
  volumeFigures({
    pods: () => [{ uid: 'u', name: 'web', namespace: 'shop', places: places() }],
    driver,
    now: () => new Date(clock),
  })

test('a folder takes what its files take, of what its claim was promised', async () => {
  const path = join(root, 'claimed')
  await mkdir(path)
  await writeFile(join(path, 'file'), Buffer.alloc(2 * Mi, 1))
  const [pod] = await figures(() => [{ name: 'data', claim: 'orders', path, as: 'files', promised: 10 * Mi }])()
  const [one] = pod?.volumes ?? []
  assert.ok(one && one.usedBytes >= 2 * Mi && one.usedBytes < 3 * Mi, `${one?.usedBytes}`)
  assert.deepEqual([one.claim, one.capacityBytes, one.inodesUsed], ['orders', 10 * Mi, 2])
  assert.equal(one.availableBytes, 10 * Mi - one.usedBytes)
})

test('a folder without a promise has the room of its disk, and a volume that is gone is left out', async () => {
  const path = join(root, 'plain')
  await mkdir(path)
  const gone = join(root, 'gone')
  const [pod] = await figures(() => [
    { name: 'tmp', path, as: 'files' },
    { name: 'old', path: gone, as: 'files' },
    { name: 'far', path: gone, as: 'disk' },
  ])()
  const disk = await diskFigures(root)
  assert.deepEqual(
    pod?.volumes.map(({ name, capacityBytes }) => [name, capacityBytes]),
    [['tmp', disk?.capacityBytes]],
  )
})

test('what has a file system of its own is asked for its room', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async () => {
  const path = join(root, 'memory')
  await mkdir(path)
  await mountAt('tmpfs', 'tmpfs', path, ['size=4m'])
  await writeFile(join(path, 'file'), Buffer.alloc(Mi, 1))
  const [pod] = await figures(() => [{ name: 'm', path, as: 'files', promised: 64 * Mi }])()
  assert.partialDeepStrictEqual(pod?.volumes, [{ usedBytes: Mi, capacityBytes: 4 * Mi, availableBytes: 3 * Mi }])
})

test('a driver knows better, and alone knows of a device', async () => {
  const csi = { driver: 'd', handle: 'h' }
  const told = { usedBytes: 1, capacityBytes: 5, availableBytes: 4 }
  const [pod] = await figures(
    () => [
      { name: 'files', path: root, as: 'disk', csi },
      { name: 'raw', path: join(root, 'none'), as: 'device', csi },
    ],
    async () => told,
  )()
  assert.partialDeepStrictEqual(pod?.volumes, [
    { name: 'files', ...told },
    { name: 'raw', ...told },
  ])
})

test('figures are a minute old at most, and are not taken while nobody asks', async () => {
  let taken = 0
  const ask = figures(() => {
    taken++
    return []
  })
  clock = 0
  await ask()
  await ask()
  assert.equal(taken, 1)
  clock = 61_000
  await ask()
  assert.equal(taken, 2)
  clock = 0
})

test('beyond its promise a folder has no room left', () => {
  const disk = { usedBytes: 0, capacityBytes: 100, availableBytes: 50, inodes: 9, inodesUsed: 1, inodesFree: 8 }
  assert.equal(shareOf(disk, { bytes: 30, inodes: 1 }, 20).availableBytes, 0)
  assert.equal(shareOf(disk, { bytes: 10, inodes: 1 }, 1000).availableBytes, 50)
})

const bound = (spec: PersistentVolume['spec']) => ({
  claim: () => ({ metadata: { name: 'c' }, spec: { volumeName: 'pv' } }) as PersistentVolumeClaim,
  volume: () => ({ metadata: { name: 'pv' }, spec }) as PersistentVolume,
})
const claimed = { name: 'v', persistentVolumeClaim: { claimName: 'c' } }
const csi = { driver: 'd', volumeHandle: 'h' }
const capacity = { storage: '1Gi' }
const places: { name: string; volume: object; spec?: PersistentVolume['spec']; want: string | undefined }[] = [
  { name: 'an emptyDir', volume: { name: 'v', emptyDir: {} }, want: 'files /pods/uid/volumes/v' },
  { name: 'a Secret', volume: { name: 'v', secret: {} }, want: 'files /memory/uid/volumes/v' },
  { name: 'a folder of the machine', volume: { name: 'v', hostPath: { path: '/x' } }, want: undefined },
  {
    name: 'a claim on a local folder',
    volume: claimed,
    spec: { capacity, local: { path: '/l' } },
    want: 'files /l 1073741824',
  },
  {
    name: 'a claim on a driver',
    volume: claimed,
    spec: { csi },
    want: 'disk /pods/uid/volumes/kubernetes.io~csi/pv/mount',
  },
  {
    name: 'a device of a driver',
    volume: claimed,
    spec: { csi, volumeMode: 'Block' },
    want: 'device /root/plugins/kubernetes.io/csi/volumeDevices/publish/pv/uid',
  },
  {
    name: 'a generic ephemeral volume',
    volume: { name: 'v', ephemeral: {} },
    spec: { nfs: { server: 's', path: '/' } },
    want: 'disk /pods/uid/volumes/v',
  },
]
for (const { name, volume, spec = {}, want } of places)
  test(`where to measure ${name}`, () => {
    const pod = podOf({ spec: { volumes: [volume as never] } })
    pod.metadata.uid = 'uid'
    const [found] = volumePlaces(pod, { pods: '/pods', memory: '/memory' }, '/root', bound(spec))
    const said = found && [found.as, found.path, ...(found.promised ? [found.promised] : [])].join(' ')
    assert.equal(said, want)
  })
