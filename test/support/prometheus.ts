import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { freePort } from './free-port.ts'

/** One thing Prometheus has found, with the labels its discovery gave it. */
export interface Target {
  /** The job of the configuration. */
  scrapePool: string
  discoveredLabels: Record<string, string>
}

export interface Prometheus {
  /** What is found right now. */
  targets(): Promise<Target[]>
  close(): Promise<void>
}

/** `PROMETHEUS`, or the one on the PATH; undefined when there is none. */
export function findPrometheus(): string | undefined {
  const files = [
    process.env.PROMETHEUS,
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'prometheus')),
  ]
  return files.find((path) => path && existsSync(path))
}

/**
 * Why `program` cannot be used for finding targets in Kubernetes; undefined when it can. Debian 12 builds it without. It is
 * shown a configuration that nobody starts with (two jobs of one name), and says what else is wrong with it.
 */
export function whyNoKubernetes(program: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const config = join(folder, 'prometheus.yml')
  const job = { job_name: 'same', kubernetes_sd_configs: [{ role: 'pod' }] }
  writeFileSync(config, JSON.stringify({ scrape_configs: [job, job] }))
  try {
    const { stderr } = spawnSync(program, [`--config.file=${config}`], {
      encoding: 'utf8',
      timeout: 30_000,
      cwd: folder,
    })
    return /kubernetes_sd_configs not found/.test(stderr)
      ? 'this build of Prometheus has no Kubernetes discovery (that of Debian 12 has none, that of Debian 13 has)'
      : undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Starts Prometheus with scrape configurations (an object for each job) and waits until it answers. */
export async function startPrometheus(program: string, jobs: readonly object[]): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'))
  const config = join(folder, 'prometheus.yml')
  // JSON is YAML. Nothing is worth scraping: only what is found counts.
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1h' }, scrape_configs: jobs }))
  const address = `127.0.0.1:${await freePort()}`
  const child = spawn(
    program,
    [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=${address}`],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const close = async () => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  for (let n = 0; n < 300; n++) {
    if (child.exitCode !== null) {
      await close()
      throw new Error(`Prometheus ended: ${said}`)
    }
    const isReady = await fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) {
      return {
        async targets() {
          const response = await fetch(`http://${address}/api/v1/targets?state=active`)
          const { data } = (await response.json()) as { data: { activeTargets: Target[] } }
          return data.activeTargets
        },
        close,
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  await close()
  throw new Error(`Prometheus does not answer: ${said}`)
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
