import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { run } from '@sampan/kit/run'
import { freePort, registryProgram } from '../registry/test-registry.ts'
import { policyFile } from './builder-files.ts'

const script = fileURLToPath(new URL('../../../../images/builder/sampan-build', import.meta.url))
const program = await registryProgram()
const buildah = await run('buildah', ['--version']).then(
  ({ code }) => code === 0,
  () => false,
)
const skip =
  (process.getuid?.() !== 0 && 'needs root') || (!buildah && 'no buildah here') || (!program && 'no registry here')

test('the builder builds with an empty cache and with a full one, and says what ends it', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-builder-'))
  const port = await freePort()
  const config = `version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: ${folder}/images}}
http: {addr: "127.0.0.1:${port}"}
`
  await writeFile(join(folder, 'registry.yml'), config)
  const registry = spawn(program!, ['serve', join(folder, 'registry.yml')], {
    stdio: 'ignore',
    env: { OTEL_TRACES_EXPORTER: 'none' },
  })
  const ended = new Promise((resolve) => registry.on('exit', resolve))
  t.after(async () => {
    registry.kill()
    await ended
    // Overlay storage mounts itself: unmounted first, or removing would fail.
    await run('umount', [join(folder, 'store/storage/overlay')])
    await rm(folder, { recursive: true, force: true })
  })
  for (let tries = 0; tries < 100; tries++) {
    if (
      await fetch(`http://127.0.0.1:${port}/`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      break
    await wait(50)
  }
  await mkdir(join(folder, 'tmp'))
  await mkdir(join(folder, 'source'))
  await writeFile(join(folder, 'policy.json'), policyFile)
  await writeFile(join(folder, 'registries.conf'), `[[registry]]\nlocation = "127.0.0.1:${port}"\ninsecure = true\n`)
  await writeFile(join(folder, 'auth.json'), '{}')
  await writeFile(join(folder, 'source/hello'), 'hello')
  const result = join(folder, 'result')
  const build = (dockerfile: string, more: Record<string, string> = {}) =>
    run('bash', [script], {
      env: {
        TMPDIR: join(folder, 'tmp'),
        SAMPAN_STORE: join(folder, 'store'),
        SAMPAN_CONTEXT: join(folder, 'source'),
        SAMPAN_DOCKERFILE_TEXT: dockerfile,
        SAMPAN_IMAGE: `127.0.0.1:${port}/demo/hello`,
        SAMPAN_TAG: '1',
        SAMPAN_POLICY: join(folder, 'policy.json'),
        SAMPAN_RESULT: result,
        REGISTRY_AUTH_FILE: join(folder, 'auth.json'),
        CONTAINERS_REGISTRIES_CONF: join(folder, 'registries.conf'),
        ...more,
      },
      timeoutMs: 60_000,
    })
  const file = 'FROM scratch\nCOPY hello /hello\nEXPOSE 8080 9090/udp\n'
  for (const cached of [false, true]) {
    const built = await build(file)
    assert.equal(built.code, 0, built.stdout)
    assert.equal(built.stdout.includes('Using cache'), cached)
    const { digest, ports } = JSON.parse(await readFile(result, 'utf8')) as { digest: string; ports: string[] }
    assert.deepEqual(ports, ['8080/tcp', '9090/udp'])
    const answer = await fetch(`http://127.0.0.1:${port}/v2/demo/hello/manifests/${digest}`, {
      headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
    })
    assert.equal(answer.status, 200)
  }
  const missing = await build('FROM scratch\nCOPY nix /\n')
  assert.notEqual(missing.code, 0)
  assert.match(missing.stdout, /building at STEP "COPY nix \/"/)
  const broken = await build(file, { SAMPAN_COPY: '/nonexistent' })
  assert.match(broken.stdout, /Error: line \d+ of the builder failed: cp /)
})
