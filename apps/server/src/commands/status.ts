import { existsSync } from 'node:fs'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { holderOf } from '@sampan/kit/lock-file'
import { isReady, pod } from '@sampan/resources/core/pod'
import { type Config, pathsOf, savedConfig } from '../config.ts'
import type { Options } from '../options.ts'
import { containerdPid } from '../supervisor/containerd.ts'
import { UserError } from '../supervisor/preflight.ts'
import { pidOf, residentBytes } from '../supervisor/processes.ts'
import { supervisorLock } from '../supervisor/supervise.ts'

interface ProcessStatus {
  name: string
  pid?: number
  rssBytes?: number
}

/** `sampan status`: processes, addresses, system pods. Exit code 1 when something that should run does not. */
export async function status({ home, json }: Options): Promise<number> {
  const config = savedConfig(home)
  if (!config) throw new UserError(`There is no Sampan in ${home}. Start one with: npm start`)
  const processes = await processesOf(config)
  const pods = processes.some(({ name, pid }) => name === 'engine' && pid !== undefined) ? await systemPods(config) : []
  const isHealthy =
    processes.every(({ pid }) => pid !== undefined) && pods.every((one) => one.ready) && (await platformAnswers(config))
  const facts = {
    ...stateOf(processes, isHealthy, home),
    instance: config.name,
    home,
    console: `http://localhost:${config.ports.platform}`,
    api: `https://localhost:${config.ports.api}`,
    kubeconfig: pathsOf(home).kubeconfig,
    registry: `localhost:${config.ports.registry}`,
    domain: config.domain,
    processes,
    systemPods: pods,
  }
  process.stdout.write(json ? `${JSON.stringify(facts)}\n` : text(facts))
  return isHealthy ? 0 : 1
}

/** In a word, and what to do where that is something. containerd outlives the others: with it alone, apps go on. */
export function stateOf(
  processes: readonly ProcessStatus[],
  isHealthy: boolean,
  home: string,
): { state: 'running' | 'stopped' | 'degraded'; remedy?: string } {
  if (isHealthy) return { state: 'running' }
  const runs = (name: string) => processes.some((one) => one.name === name && one.pid !== undefined)
  const start = 'sampan up --detach'
  if (!['supervisor', 'engine', 'platform'].some(runs)) {
    const remedy = runs('containerd') ? `Apps go on running. Start the control plane: ${start}` : `Start it: ${start}`
    return { state: 'stopped', remedy }
  }
  const logs = `${home}/logs says why`
  const remedy = runs('supervisor')
    ? `What does not run or answer is being started again; ${logs}.`
    : `Nobody starts what is missing: ${start}; ${logs}.`
  return { state: 'degraded', remedy }
}

/** A process that is there may still be starting: only an answer counts. */
const platformAnswers = ({ ports }: Config) =>
  fetch(`http://127.0.0.1:${ports.platform}/healthz`, { signal: AbortSignal.timeout(5_000) }).then(
    (response) => response.ok,
    () => false,
  )

async function processesOf(config: Config): Promise<ProcessStatus[]> {
  const pids = {
    supervisor: await holderOf(supervisorLock(config.home)),
    containerd: containerdPid(config),
    engine: pidOf(config.home, 'engine'),
    platform: pidOf(config.home, 'platform'),
  }
  return Object.entries(pids).map(([name, pid]) => ({
    name,
    ...(pid !== undefined && { pid, rssBytes: residentBytes(pid) }),
  }))
}

async function systemPods(config: Config) {
  const { kubeconfig } = pathsOf(config.home)
  if (!existsSync(kubeconfig)) return []
  const transport = httpTransport(await readKubeconfig(kubeconfig))
  try {
    const { items } = await clientOver(transport).list(pod, {
      namespace: 'sampan-system',
      signal: AbortSignal.timeout(5_000),
    })
    return items.map((one) => ({
      namespace: one.metadata.namespace,
      name: one.metadata.name,
      phase: one.status?.phase,
      ready: isReady(one),
    }))
  } finally {
    await transport.close?.()
  }
}

function text(facts: {
  state: string
  remedy?: string
  console: string
  api: string
  kubeconfig: string
  processes: ProcessStatus[]
  systemPods: { name: string; phase?: string; ready: boolean }[]
}): string {
  const mib = (bytes = 0) => `${Math.round(bytes / 2 ** 20)} MiB`
  return [
    `Sampan is ${facts.state}`,
    `  console     ${facts.console}`,
    `  API         ${facts.api}`,
    `  kubeconfig  ${facts.kubeconfig}`,
    ...facts.processes.map(
      ({ name, pid, rssBytes }) =>
        `  ${name.padEnd(11)} ${pid === undefined ? 'not running' : `process ${pid}, ${mib(rssBytes)}`}`,
    ),
    ...facts.systemPods.map(({ name, phase, ready }) => `  pod ${name}: ${ready ? 'ready' : (phase ?? 'unknown')}`),
    ...(facts.remedy ? [facts.remedy] : []),
    '',
  ].join('\n')
}
