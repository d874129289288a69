import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runOrThrow } from '@sampan/kit/run'
import { type Cri, connectCri } from '@sampan/node/cri/client'
import { runtimeSocket } from '@sampan/node/runtime-files'
import { type Config, stateOf } from '../apps/server/src/config.ts'
import { type Instance, instanceFor, repository } from '../test/support/instance.ts'
import { removeDirect, startDirectly, timed } from './direct.ts'
import { median, report } from './report.ts'

const root = join(import.meta.dirname, '..')
const rounds = 4

/** A cached `git push` until it is verified, against the same steps made by hand on the same machine. */
export async function pushBench(): Promise<void> {
  const instance = instanceFor('bench', 8)
  if (existsSync(instance.home)) await instance.uninstall()
  await instance.up()
  const repo = await repository(sample())
  const folder = mkdtempSync(join(tmpdir(), 'sampan-bench-push-'))
  const config = JSON.parse(readFileSync(join(instance.home, 'config.json'), 'utf8')) as Config
  const cri = connectCri(runtimeSocket(stateOf(config)))
  try {
    await instance.json(['launch', '--project', 'bench', '--name', 'app'], { cwd: repo.folder })
    const byHand = await handwork(instance, config, cri, folder, repo.folder)
    const times: { ours: number[]; floor: number[] } = { ours: [], floor: [] }
    for (let round = 0; round <= rounds; round++) {
      await repo.commit({ 'note.txt': `round ${round}\n` }, `round ${round}`)
      await standing(instance)
      const floor = await timed(() => byHand(round))
      const ours = await timed(async () => {
        const pushed = await repo.git('push', 'sampan', 'main')
        if (!pushed.stderr.includes('answers')) throw new Error(`the push was not verified: ${pushed.stderr}`)
      })
      // The first round fills the caches of both.
      if (round > 0) {
        times.floor.push(floor)
        times.ours.push(ours)
      }
    }
    const memory = ['engine', 'platform'].map((name) => `${name} ${residentOf(instance, name).toFixed(0)} MB`)
    console.log(`resident after ${rounds + 2} deploys: ${memory.join(', ')}`)
    report('A cached push against the same steps by hand', [
      { name: 'git push → verified', ours: median(times.ours), floor: median(times.floor), unit: 'ms', better: 'less' },
    ])
  } finally {
    await removeDirect(cri)
    cri.close()
    repo.remove()
    rmSync(folder, { recursive: true, force: true })
    await instance.uninstall()
  }
}

/** Somebody who pushes twice in a row waits for nothing; what is measured is a push with a pod that waits for it. */
async function standing(instance: Instance): Promise<void> {
  const asked = ['get', 'pods', '-n', 'sampan-builds', '-l', 'sampan.dev/standby', '-o', 'json']
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const { items } = JSON.parse((await instance.kubectl(asked)).stdout) as { items: Standby[] }
    if (items.some(({ status }) => status?.containerStatuses?.every(({ ready }) => ready))) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  console.error('no pod waits for this push: it is measured without')
}

interface Standby {
  status?: { containerStatuses?: { ready: boolean }[] }
}

/** Resident memory in MB of a process of the instance. */
function residentOf(instance: Instance, name: string): number {
  const pid = readFileSync(join(instance.home, 'run', `${name}.pid`), 'utf8').trim()
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function sample(): Record<string, string> {
  const read = (name: string) => readFileSync(join(root, 'examples/hello', name), 'utf8')
  return {
    Dockerfile: `${read('Dockerfile').replace('COPY', 'COPY note.txt /app/\nCOPY')}`,
    'server.pl': read('server.pl'),
    'note.txt': 'first\n',
  }
}

/** git push to a bare repository, buildah build, push, pull, a pod by CRI, and requests until it answers. */
async function handwork(instance: Instance, config: Config, cri: Cri, folder: string, source: string) {
  const buildah = (...args: string[]) =>
    runOrThrow('buildah', [
      '--root',
      join(folder, 'storage'),
      '--runroot',
      join(folder, 'run'),
      '--storage-driver',
      'overlay',
      ...args,
    ])
  const bare = join(folder, 'bare.git')
  await runOrThrow('git', ['init', '--quiet', '--bare', bare])
  const id = (await buildah('pull', '--quiet', `oci-archive:${config.baseArchive}`)).trim()
  await buildah('tag', id, 'docker.io/library/debian:bookworm-slim')
  const token = readFileSync(join(instance.home, 'admin-token'), 'utf8').trim()
  const authFile = join(folder, 'auth.json')
  await runOrThrow(
    'buildah',
    [
      'login',
      '--authfile',
      authFile,
      '--tls-verify=false',
      '--username',
      'admin',
      '--password-stdin',
      `127.0.0.1:${config.ports.registry}`,
    ],
    { input: token },
  )
  return async (round: number) => {
    const name = `bench/app:hand-${round}`
    await runOrThrow('git', ['push', '--quiet', bare, 'main'], { cwd: source })
    const work = join(folder, `work-${round}`)
    await runOrThrow('git', ['clone', '--quiet', '--branch', 'main', bare, work])
    await buildah('build', '--isolation', 'chroot', '--layers', '--pull-never', '--quiet', '--tag', name, work)
    await buildah(
      'push',
      '--quiet',
      '--authfile',
      authFile,
      '--tls-verify=false',
      name,
      `docker://127.0.0.1:${config.ports.registry}/${name}`,
    )
    const image = `${config.registryHost}/${name}`
    await cri.call('PullImage', { image: { image }, auth: { username: 'admin', password: token } })
    const ip = await startDirectly(cri, { name: `hand-${round}`, image })
    while (!(await answers(`http://${ip}:8080/`))) await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const answers = (url: string) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  )
