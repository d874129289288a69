import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { run, runOrThrow } from '@sampan/kit/run'
import type { NetworkConfig } from './network-config.ts'
import { type Nft, nftProgram } from './nft/kernel.ts'

/**
 * A small machine made of network namespaces, for tests: a node with a bridge, pods on it, and a neighbour outside that
 * reaches the node by its address. Everything is gone after `close`.
 */
export interface Lab {
  config: NetworkConfig
  nft: Nft
  /** Name of the node's namespace. */
  node: string
  /** Adds a pod (10.240.0.<n>) that runs `server.mjs` on 8080; resolves when it answers. */
  pod(n: number): Promise<LabPod>
  /** What curl prints in a namespace; `refused`, `timeout` or curl's exit code when it fails. */
  http(from: string, url: string, options?: readonly string[]): Promise<string>
  udp(from: string, address: string, port: number, fromPort?: number): Promise<string>
  /** A client that keeps one connection; `ask` gives the answer, or the code of the error. */
  talk(from: string, address: string, port: number): Promise<{ ask(): Promise<string>; close(): void }>
  /** The address of `name` as the name server at `server` says it. */
  dns(from: string, server: string, name: string): Promise<string>
  /** Runs a program in a namespace and gives its output. */
  in(from: string, program: string, ...args: string[]): Promise<string>
  close(): Promise<void>
}

export interface LabPod {
  /** Name of its namespace. */
  ns: string
  name: string
  ip: string
}

/** Why this machine cannot hold a lab; undefined when it can. */
export const noLab = process.getuid?.() === 0 ? undefined : 'needs root for network namespaces'

const node = process.execPath
const program = (name: string) => fileURLToPath(new URL(`../testdata/${name}`, import.meta.url))

/** `tag` keeps labs of tests that run at the same time apart: at most 6 letters. */
export async function lab(tag: string): Promise<Lab> {
  const nodeNs = `sl-${tag}`
  const outside = `sl-${tag}-out`
  const made: string[] = []
  const running: ChildProcess[] = []
  const config: NetworkConfig = {
    bridge: 'br0',
    nftTable: 'lab',
    podCIDR: '10.240.0.0/16',
    serviceCIDR: '10.241.0.0/16',
    clusterDomain: 'cluster.local',
    nodeIP: '172.31.9.1',
    nodeName: 'lab',
    dnsIP: '10.241.0.10',
    ports: { api: 6443, platform: 7070, registry: 5000, http: 80, https: 443 },
  }

  const ip = (...args: string[]) => runOrThrow('ip', args)
  const inside = (ns: string, name: string, ...args: string[]) =>
    runOrThrow('ip', ['netns', 'exec', ns, name, ...args], { timeoutMs: 30_000 })
  const addNs = async (ns: string) => {
    await run('ip', ['netns', 'delete', ns]) // left by a test that was killed
    await ip('netns', 'add', ns)
    made.push(ns)
    await ip('-n', ns, 'link', 'set', 'lo', 'up')
  }
  const set = (ns: string, ...values: string[]) => inside(ns, 'sysctl', '-q', '-w', ...values)

  await addNs(nodeNs)
  await addNs(outside)
  await ip('-n', nodeNs, 'link', 'add', 'br0', 'type', 'bridge')
  await ip('-n', nodeNs, 'addr', 'add', '10.240.0.1/16', 'dev', 'br0')
  await ip('-n', nodeNs, 'link', 'set', 'br0', 'up')
  await ip('-n', nodeNs, 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside)
  for (const [ns, address] of [
    [nodeNs, config.nodeIP],
    [outside, '172.31.9.2'],
  ] as const) {
    await ip('-n', ns, 'addr', 'add', `${address}/24`, 'dev', 'eth0')
    await ip('-n', ns, 'link', 'set', 'eth0', 'up')
  }
  await ip('-n', nodeNs, 'route', 'add', 'default', 'via', '172.31.9.2')
  await set(nodeNs, 'net.ipv4.ip_forward=1', 'net.ipv4.conf.br0.route_localnet=1')

  const nft = nftProgram(nodeNs)
  return {
    config,
    nft,
    node: nodeNs,
    async pod(n) {
      const ns = `sl-${tag}-${n}`
      const address = `10.240.0.${n}`
      await addNs(ns)
      await ip('-n', nodeNs, 'link', 'add', `v${n}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', ns)
      await ip('-n', nodeNs, 'link', 'set', `v${n}`, 'master', 'br0', 'up')
      await ip('-n', nodeNs, 'link', 'set', `v${n}`, 'type', 'bridge_slave', 'hairpin', 'on')
      await ip('-n', ns, 'addr', 'add', `${address}/16`, 'dev', 'eth0')
      await ip('-n', ns, 'link', 'set', 'eth0', 'up')
      await ip('-n', ns, 'route', 'add', 'default', 'via', '10.240.0.1')
      const server = spawn('ip', ['netns', 'exec', ns, node, program('server.mjs'), `pod-${n}`, '8080'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      running.push(server)
      await once(server.stdout!, 'data')
      return { ns, name: `pod-${n}`, ip: address }
    },
    async http(from, url, options = []) {
      const args = ['netns', 'exec', from === 'node' ? nodeNs : from === 'outside' ? outside : from]
      const asked = await run('ip', [...args, 'curl', '-s', '-m', '2', ...options, url])
      if (asked.code === 0) return asked.stdout.trim()
      return asked.code === 7 ? 'refused' : asked.code === 28 ? 'timeout' : `curl ${asked.code}`
    },
    async udp(from, address, port, fromPort) {
      const ns = from === 'node' ? nodeNs : from === 'outside' ? outside : from
      const more = fromPort === undefined ? [] : [String(fromPort)]
      return (await inside(ns, node, program('ask-udp.mjs'), address, String(port), ...more)).trim()
    },
    async talk(from, address, port) {
      const args = ['netns', 'exec', from === 'node' ? nodeNs : from === 'outside' ? outside : from]
      const child = spawn('ip', [...args, node, program('talk.mjs'), address, String(port)], {
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      running.push(child)
      const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
      return {
        async ask() {
          child.stdin!.write('ask\n')
          return String((await lines.next()).value)
        },
        close: () => child.kill('SIGKILL'),
      }
    },
    async dns(from, server, name) {
      const ns = from === 'node' ? nodeNs : from === 'outside' ? outside : from
      return (await inside(ns, node, program('ask-dns.mjs'), server, name)).trim()
    },
    in: (from, name, ...args) => inside(from === 'node' ? nodeNs : from === 'outside' ? outside : from, name, ...args),
    async close() {
      nft.close?.()
      for (const child of running) {
        child.kill('SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
      for (const ns of made.toReversed()) await ip('netns', 'delete', ns)
    },
  }
}
