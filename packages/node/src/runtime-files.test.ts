import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hasSysResource, snapshotterOn } from './host-facts.ts'
import { runtimeFiles, writeRuntimeFiles } from './runtime-files.ts'

const folder = await mkdtemp(join(tmpdir(), 'runtime-files-'))
after(() => rm(folder, { recursive: true }))

const setup = {
  root: join(folder, 'containerd'),
  state: '/run/sampan/x',
  configFile: join(folder, 'containerd.toml'),
  sandboxImage: 'sampan.dev/system/pause:1',
  bridge: 'sp-x',
  podCIDR: '10.131.0.0/16',
  registries: [{ host: 'registry.sampan-system.svc:5000', url: 'http://127.0.0.1:5000' }],
  cniBinDir: '/usr/lib/cni',
  snapshotter: 'overlayfs' as const,
  restrictOomScore: true,
}
const textOf = (suffix: string) => runtimeFiles(setup).find(({ path }) => path.endsWith(suffix))?.text ?? ''

test('containerd keeps to the folders of its instance', () => {
  const text = textOf('containerd.toml')
  for (const line of [
    `root = "${setup.root}/data"`,
    'state = "/run/sampan/x/containerd"',
    'address = "/run/sampan/x/containerd.sock"',
    'sandbox_image = "sampan.dev/system/pause:1"',
    'stream_server_address = "127.0.0.1"',
    'restrict_oom_score_adj = true',
    `conf_dir = "${setup.root}/cni"`,
    `config_path = "${setup.root}/registries"`,
    'snapshotter = "overlayfs"',
  ])
    assert.ok(text.includes(line), line)
})

test('the pod network has its own bridge and writes addresses where a reboot wipes them', () => {
  const [plugin] = JSON.parse(textOf('.conflist')).plugins
  assert.equal(plugin.bridge, 'sp-x')
  assert.equal(plugin.hairpinMode, true)
  assert.equal(plugin.ipMasq, false)
  assert.deepEqual(plugin.ipam, {
    type: 'host-local',
    dataDir: '/run/sampan/x/addresses',
    ranges: [[{ subnet: '10.131.0.0/16' }]],
  })
})

test('a registry is reached under another address', () => {
  const text = textOf('registry.sampan-system.svc:5000/hosts.toml')
  assert.match(text, /^server = "http:\/\/127\.0\.0\.1:5000"$/m)
  assert.match(text, /^\[host\."http:\/\/127\.0\.0\.1:5000"\]$/m)
})

test('files are written once, and a change of the runtime’s own is told', async () => {
  assert.equal(await writeRuntimeFiles(setup), false)
  assert.equal(await writeRuntimeFiles(setup), false)
  assert.equal(await writeRuntimeFiles({ ...setup, restrictOomScore: false }), true)
  assert.match(await readFile(setup.configFile, 'utf8'), /restrict_oom_score_adj = false/)
})

test('capabilities are read from the mask of the process', () => {
  assert.equal(hasSysResource('Name:\tx\nCapEff:\t000001ffffffffff\n'), true)
  assert.equal(hasSysResource('CapEff:\t000001fffeffffff\n'), false)
  assert.equal(hasSysResource(''), false)
})

test('overlay cannot lie on overlay', () => {
  assert.equal(snapshotterOn(0x794c7630), 'native')
  assert.equal(snapshotterOn(0xef53), 'overlayfs')
})
