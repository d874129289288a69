import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runOrThrow } from '@sampan/kit/run'
import type { NginxOptions } from './nginx-conf.ts'

/** A real nginx with Lua, run by the image's own entrypoint, for tests. */
export interface NginxLab {
  folder: string
  options: NginxOptions
  http: number
  https: number
  /** Starts one more nginx, as a pod of this name; resolves when it is ready. */
  run(pod?: string): Promise<NginxRun>
  close(): Promise<void>
}

export interface NginxRun {
  /** As the runtime ends a pod. */
  stop(): Promise<void>
  kill(): Promise<void>
  /** What it wrote to its error log so far. */
  readonly log: string
}

const packages = [
  'nginx',
  'libnginx-mod-http-lua',
  'libnginx-mod-http-ndk',
  'libluajit2-5.1-2',
  'lua-resty-core',
  'lua-resty-lrucache',
  'lua-cjson',
  'inotify-tools',
  'libinotifytools0',
  'libpcre3',
]

/** Debian's packages, unpacked into a folder of their own: nothing is installed. Throws where there is no apt. */
async function unpacked(): Promise<string> {
  const root = join(tmpdir(), 'sampan-test-nginx')
  const isThere = () =>
    access(join(root, 'usr/sbin/nginx')).then(
      () => true,
      () => false,
    )
  if (await isThere()) return root
  const work = await mkdtemp(join(tmpdir(), 'sampan-nginx-'))
  const debs = join(work, 'debs')
  await mkdir(debs)
  await runOrThrow('apt-get', ['download', ...packages], { cwd: debs })
  for (const deb of await readdir(debs)) await runOrThrow('dpkg', ['-x', join(debs, deb), join(work, 'root')])
  await rename(join(work, 'root'), root).catch(async (error: NodeJS.ErrnoException) => {
    if (!(await isThere())) throw error // another test was faster
  })
  await rm(work, { recursive: true, force: true })
  return root
}

/** Why this machine cannot run one; undefined when it can. */
export const noNginx = await unpacked().then(
  () => undefined,
  () => 'needs apt-get and a Debian mirror for nginx',
)

const images = fileURLToPath(new URL('../../../../images/ingress/', import.meta.url))

export async function nginxLab(): Promise<NginxLab> {
  const root = await unpacked()
  const folder = await mkdtemp(join(tmpdir(), 'sampan-ingress-'))
  const running: { child: ChildProcess; log: string }[] = []
  const [http, https] = [await freePort(), await freePort()]
  const libraries = [
    'usr/lib/x86_64-linux-gnu',
    'lib/x86_64-linux-gnu',
    'usr/lib/aarch64-linux-gnu',
    'lib/aarch64-linux-gnu',
  ]
  const modules = join(root, 'usr/lib/nginx/modules')
  const options: NginxOptions = {
    folder,
    temp: join(folder, 'temp'),
    ...(process.getuid?.() === 0 && { user: 'www-data' }),
    http,
    https,
    workers: 2,
    resolver: '127.0.0.1',
    forbidden: ['169.254.0.0/16', '127.0.66.0/24'],
    preamble: `load_module ${modules}/ndk_http_module.so;\nload_module ${modules}/ngx_http_lua_module.so;\npid ${folder}/@POD@.pid;\n`,
    luaPath: `${root}/usr/share/lua/5.1/?.lua`,
    luaCPath: libraries.map((one) => `${root}/${one}/lua/5.1/?.so`).join(';'),
  }
  await mkdir(options.temp)

  return {
    folder,
    options,
    http,
    https,
    async run(pod = 'one') {
      const run = join(folder, `run-${pod}`)
      await rm(run, { recursive: true, force: true }) // a new container finds none of the old one's files
      await mkdir(run)
      const child = spawn('sh', [join(images, 'entrypoint.sh')], {
        env: {
          ...process.env,
          PATH: `${join(root, 'usr/bin')}:${process.env.PATH}`,
          LD_LIBRARY_PATH: libraries.map((one) => join(root, one)).join(':'),
          INGRESS_FOLDER: folder,
          INGRESS_RUN: run,
          NGINX_PROGRAM: join(root, 'usr/sbin/nginx'),
          POD_NAME: pod,
          INGRESS_DRAIN: '1',
        },
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      })
      const one = { child, log: '' }
      running.push(one)
      child.stderr!.setEncoding('utf8').on('data', (text: string) => {
        one.log += text
      })
      for (let i = 0; ; i++) {
        if (
          await access(join(run, 'ingress-ready')).then(
            () => true,
            () => false,
          )
        )
          break
        if (i > 200 || child.exitCode !== null) throw new Error(`nginx does not start: ${one.log}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      const end = async (signal: NodeJS.Signals) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const exited = once(child, 'exit')
        if (signal === 'SIGKILL') process.kill(-child.pid!, signal)
        else child.kill(signal)
        await exited
      }
      return {
        stop: () => end('SIGTERM'),
        kill: () => end('SIGKILL'),
        get log() {
          return one.log
        },
      }
    },
    async close() {
      for (const { child } of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue
        const exited = once(child, 'exit')
        process.kill(-child.pid!, 'SIGKILL')
        await exited
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
