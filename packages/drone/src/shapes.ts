import { type Conditions, conditions } from './conditions.ts'
import { bad, bool, int, list, mapOf, optional, type Shape, struct, text } from './decode.ts'
import { setting, variable } from './settings.ts'

type Of<S> = S extends Shape<infer T> ? T : never

/** Any scalar as text, anything else dropped: for fields whose type differs between runners. */
const loose: Shape<string> = {
  zero: () => '',
  read(node, _there, decoder) {
    const { value } = decoder.attempt(node, text, '')
    return value === bad ? '' : value
  },
}

const units: Record<string, number> = { k: 1, m: 2, g: 3, t: 4, p: 5 }

/** `512`, `512MiB`, `1g`, `1GiB` in bytes; decimal and binary spellings both count by 1024. What it cannot read is 0. */
export function bytesOf(size: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp])?i?b?$/i.exec(size.trim())
  if (!match) return 0
  return Math.floor(Number(match[1]) * 1024 ** (match[2] ? units[match[2].toLowerCase()]! : 0))
}

/** `500` or `500m` are millicores, `0.5` is half a core. */
export function millicoresOf(size: string): number {
  const match = /^(\d+(?:\.\d+)?)(m?)$/.exec(size.trim())
  if (!match) return 0
  return match[2] || !match[1]!.includes('.') ? Math.floor(Number(match[1])) : Math.floor(Number(match[1]) * 1000)
}

const sized = (read: (size: string) => number, what: string): Shape<number> => ({
  zero: () => 0,
  read(node, _there, decoder) {
    const value = decoder.decode(node, text, '')
    if (value === bad) return bad
    const size = read(value)
    if (size > 0 || /^0+[a-z]*$/i.test(value.trim())) return size
    return decoder.refuse(node, `"${value}" is no ${what}`)
  },
})
const bytes = sized(bytesOf, 'size: write it as 512MiB or 1GiB')
const millicores = sized(millicoresOf, 'share of a CPU: write thousandths of a core, as 500')

const amounts = struct({ cpu: millicores, memory: bytes })
const resources = struct({ limits: amounts, requests: amounts })

const step = struct({
  name: text,
  image: text,
  commands: list(text),
  entrypoint: list(text),
  command: list(text),
  environment: mapOf(variable),
  settings: mapOf(setting),
  when: conditions,
  depends_on: list(text),
  detach: bool,
  failure: text,
  pull: text,
  privileged: bool,
  volumes: list(struct({ name: text, path: text, sub_path: text })),
  working_dir: text,
  shell: text,
  user: loose,
  group: loose,
  resources,
  devices: list(struct({ name: text, path: text })),
  dns: list(text),
  dns_search: list(text),
  extra_hosts: list(text),
  network_mode: text,
  mem_limit: bytes,
  memswap_limit: bytes,
  shm_size: bytes,
})
export type StepDocument = Of<typeof step>

const volume = struct({
  name: text,
  temp: optional(struct({ medium: text, size_limit: bytes })),
  host: optional(struct({ path: text })),
  /** Ours: kept between the runs of an app. */
  cache: optional(struct({ size_limit: bytes })),
  claim: optional(struct({ name: text, read_only: bool })),
  config_map: optional(struct({ name: text, default_mode: int, optional: bool })),
  secret: optional(struct({ name: text, secret_name: text, default_mode: int, optional: bool })),
})
export type VolumeDocument = Of<typeof volume>

export const pipeline = struct({
  kind: text,
  type: text,
  name: text,
  platform: struct({ os: text, arch: text, variant: text, version: text }),
  depends_on: list(text),
  trigger: conditions as Shape<Conditions>,
  clone: struct({ disable: bool, depth: int, skip_verify: bool, trace: bool, retries: int }),
  workspace: struct({ base: text, path: text }),
  environment: mapOf(text),
  services: list(step),
  steps: list(step),
  volumes: list(volume),
  node: mapOf(text),
  concurrency: struct({ limit: int }),
  image_pull_secrets: list(text),
  metadata: struct({ namespace: text, labels: mapOf(text), annotations: mapOf(text) }),
  service_account_name: text,
  node_name: text,
  node_selector: mapOf(text),
  tolerations: list(
    struct({ key: text, operator: text, effect: text, value: text, toleration_seconds: optional(int) }),
  ),
  dns_config: struct({
    nameservers: list(text),
    searches: list(text),
    options: list(struct({ name: text, value: optional(text) })),
  }),
  host_aliases: list(struct({ ip: text, hostnames: list(text) })),
  resources,
})
export type PipelineDocument = Of<typeof pipeline>

export const kind = struct({ kind: optional(text), type: text, name: text })
export const secret = struct({ name: text, data: text, get: struct({ path: text, name: text, key: text }) })
export const signature = struct({ hmac: text })
export const cron = struct({
  name: text,
  spec: struct({ schedule: text, branch: text, deployment: struct({ target: text }) }),
})
