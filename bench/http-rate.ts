import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { cpuOf, firstProcessor } from './processor.ts'
import { median } from './report.ts'

export interface Rate {
  perSecond: number
  /** Processor time of the servers that were watched, in microseconds per request. */
  cpu: number
}

export interface RateOptions {
  address: string
  port: number
  /** Host header. */
  host: string
  connections: number
  seconds: number
  /** Roots of the process trees whose time counts. */
  pids: readonly number[]
  /** Asks from the network of this process; the node's otherwise. */
  from?: number
}

/** Requests by wrk over kept connections, one after the other on each, for so long. */
export async function httpRate({ address, port, host, connections, seconds, pids, from }: RateOptions): Promise<Rate> {
  const before = cpuOf(pids)
  const args = ['-t1', `-c${connections}`, `-d${seconds}`, '-H', `Host: ${host}`, `http://${address}:${port}/`]
  const entered = from === undefined ? [] : ['nsenter', '-n', '-t', String(from)]
  const [program = '', ...rest] = [...entered, 'taskset', '-c', String(firstProcessor), 'wrk', ...args]
  const { stdout } = await promisify(execFile)(program, rest)
  const count = Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0)
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0)
  const isClean = !/Non-2xx|Socket errors/.test(stdout)
  if (!isClean || count === 0) throw new Error(`not every request was answered: ${stdout}`)
  return { perSecond, cpu: (cpuOf(pids) - before) / count }
}

/**
 * Ours and the floor in turns, so that both have the same of what the machine does besides. The first turn warms up.
 * Gives each figure's ratio in the middle of all turns, and the floor's own figure in the middle.
 */
export async function rateInTurns(turns: number, ours: RateOptions, floor: RateOptions) {
  const pairs: { ours: Rate; floor: Rate }[] = []
  for (let turn = 0; turn <= turns; turn++) pairs.push({ ours: await httpRate(ours), floor: await httpRate(floor) })
  pairs.shift()
  return (what: keyof Rate) => {
    const base = median(pairs.map((pair) => pair.floor[what]))
    return { floor: base, ours: base * median(pairs.map((pair) => pair.ours[what] / pair.floor[what])) }
  }
}
