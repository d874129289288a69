import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'

/**
 * Everything one instance owns, derived from its name and home. Two instances on one machine differ in all of it.
 * Written to `<home>/config.json` at the first start and read from there afterwards, so that a restart finds the same.
 */
export interface Config {
  /** Instance name; `default` unless told otherwise. At most 10 characters: interface names are short. */
  name: string
  /** Data, sockets, certificates, logs. */
  home: string
  /** The address other machines reach this one at; the node's InternalIP. */
  nodeIP: string
  nodeName: string
  ports: { api: number; platform: number; registry: number; http: number; https: number }
  network: {
    bridge: string
    nftTable: string
    podCIDR: string
    serviceCIDR: string
    /** ClusterIP of Service `default/kubernetes`: the first of the service network. */
    apiServiceIP: string
    /** ClusterIP of Service `kube-system/kube-dns`: the tenth of the service network. */
    dnsIP: string
    clusterDomain: string
  }
  /** Processes a pod may have, unless its annotation asks for fewer. Absent: the node's own default. */
  podPidsLimit?: number
  /** Apps answer at `<app>-<environment>.<project>.<domain>`. */
  domain: string
  /** Where people and pods reach the platform. */
  platformURL: string
  /** Name pods and containerd use for the registry; containerd maps it to the registry's port on this machine. */
  registryHost: string
  /** Full names of the system images, as containerd knows them; written by the supervisor at every start. */
  images: Record<'base' | 'pause' | 'ingress' | 'registry' | 'builder', string>
  /** OCI archive of the base image: what `FROM debian` means where no registry can be reached. */
  baseArchive: string
}

/** File names under `home`, said once. */
export const pathsOf = (home: string) => ({
  config: join(home, 'config.json'),
  pki: join(home, 'pki'),
  kubeconfig: join(home, 'kubeconfig'),
  platformKubeconfig: join(home, 'pki', 'platform.kubeconfig'),
  adminPassword: join(home, 'admin-password'),
  adminToken: join(home, 'admin-token'),
  database: join(home, 'engine', 'state.db'),
  containerdRoot: join(home, 'containerd'),
  containerdConfig: join(home, 'containerd.toml'),
  pods: join(home, 'pods'),
  podLogs: join(home, 'logs', 'pods'),
  /** Data of apps: the volumes of class `local`. */
  volumes: join(home, 'volumes'),
  logs: join(home, 'logs'),
  ingress: join(home, 'ingress'),
  /** Process ids and the supervisor's lock. */
  run: join(home, 'run'),
})

/** What a reboot wipes: sockets, running state of the container runtime. */
export const stateOf = (config: Pick<Config, 'name'>) => join('/run/sampan', config.name)

/** Name of the cgroup all pods of an instance are in, below the root of each hierarchy. */
export const cgroupOf = (name: string) => `sampan-${name}`

/** What the network of an instance is told. */
export const networkConfig = ({ network, nodeIP, nodeName, ports }: Config) => ({ ...network, nodeIP, nodeName, ports })

/** The configuration an instance was started with, or undefined where none was. */
export function savedConfig(home: string): Config | undefined {
  const file = pathsOf(home).config
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Config) : undefined
}

/** Home of an instance by name, where no other was given. */
export const homeOf = (name: string) => (name === 'default' ? '/var/lib/sampan' : `/var/lib/sampan-${name}`)

const defaultPorts = { api: 6443, platform: 7070, registry: 5000, http: 80, https: 443 }

export type Given = Partial<Pick<Config, 'name' | 'home' | 'nodeIP' | 'domain' | 'podPidsLimit'>> & {
  ports?: Partial<Config['ports']>
  subnet?: number
}

export const subnets = 60

export const rangesOf = (subnet: number) => ({
  podCIDR: `10.${130 + subnet}.0.0/16`,
  serviceCIDR: `10.${190 + subnet}.0.0/16`,
})

/** Completes what the user gave. `subnet` (0–59, default from the name) keeps the address ranges of instances apart. */
export function configFrom(given: Given): Omit<Config, 'images' | 'baseArchive'> {
  const name = given.name ?? 'default'
  if (!/^[a-z][a-z0-9]{0,9}$/.test(name)) {
    throw new Error(`instance name "${name}": use at most 10 lower-case letters and digits, starting with a letter`)
  }
  const home = given.home ?? homeOf(name)
  const subnet = given.subnet ?? (name === 'default' ? 0 : 1 + (hash(name) % 59))
  if (!Number.isInteger(subnet) || subnet < 0 || subnet >= subnets)
    throw new Error(`subnet ${subnet}: use a whole number from 0 to ${subnets - 1}`)
  const nodeIP = given.nodeIP ?? firstAddress()
  const ports = { ...defaultPorts, ...given.ports }
  return {
    name,
    home,
    nodeIP,
    nodeName: name === 'default' ? 'sampan' : `sampan-${name}`,
    ports,
    network: {
      bridge: name === 'default' ? 'sampan0' : `sp-${name}`,
      nftTable: name === 'default' ? 'sampan' : `sampan_${name}`,
      ...rangesOf(subnet),
      apiServiceIP: `10.${190 + subnet}.0.1`,
      dnsIP: `10.${190 + subnet}.0.10`,
      clusterDomain: 'cluster.local',
    },
    ...(given.podPidsLimit !== undefined && { podPidsLimit: given.podPidsLimit }),
    domain: given.domain ?? 'localhost',
    platformURL: `http://${nodeIP}:${ports.platform}`,
    registryHost: `registry.sampan-system.svc:${ports.registry}`,
  }
}

const hash = (text: string) => [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)

/** First IPv4 address that is not loopback; loopback on a machine without a network. */
function firstAddress(): string {
  const all = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? []).map((one) => ({ name, ...one })),
  )
  const usable = all.filter(
    (one) => one.family === 'IPv4' && !one.internal && !/^(sampan|sp-|docker|br-|cni|veth)/.test(one.name),
  )
  return usable[0]?.address ?? '127.0.0.1'
}
