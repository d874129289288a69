import { parseArgs } from 'node:util'
import { type Given, homeOf, savedConfig } from './config.ts'
import { UserError } from './supervisor/preflight.ts'

const flags = {
  instance: { type: 'string' },
  home: { type: 'string' },
  'node-ip': { type: 'string' },
  domain: { type: 'string' },
  subnet: { type: 'string' },
  'pod-pids-limit': { type: 'string' },
  'api-port': { type: 'string' },
  port: { type: 'string' },
  'registry-port': { type: 'string' },
  'http-port': { type: 'string' },
  'https-port': { type: 'string' },
  detach: { type: 'boolean' },
  json: { type: 'boolean' },
  'no-sample': { type: 'boolean' },
  pods: { type: 'boolean' },
  yes: { type: 'boolean' },
  'keep-images': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

export interface Options {
  given: Given
  home: string
  detach: boolean
  json: boolean
  sample: boolean
  /** `down --pods`: stop the pods too. */
  pods: boolean
  yes: boolean
  /** `uninstall --keep-images`: system images that were built stay for the next installation. */
  keepImages: boolean
  help: boolean
}

/** Reads the flags all server commands share; an instance that was started before keeps what is not said again. */
export function optionsFrom(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Options {
  const values = parsed(args)
  const name = values.instance ?? env.SAMPAN_INSTANCE ?? 'default'
  const home = values.home ?? env.SAMPAN_HOME ?? homeOf(name)
  const saved = savedConfig(home)
  const port = (flag: keyof typeof values, use: keyof NonNullable<Given['ports']>) => {
    const text = values[flag]
    if (text === undefined) return saved && { [use]: saved.ports[use] }
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1 || value > 65535)
      throw new UserError(`--${flag} ${text}: use a port from 1 to 65535`)
    return { [use]: value }
  }
  return {
    home,
    detach: values.detach ?? false,
    json: values.json ?? false,
    sample: !(values['no-sample'] ?? false),
    pods: values.pods ?? false,
    yes: values.yes ?? false,
    keepImages: values['keep-images'] ?? false,
    help: values.help ?? false,
    given: {
      name: values.instance ?? saved?.name ?? name,
      home,
      ...((values['node-ip'] ?? env.SAMPAN_NODE_IP) && { nodeIP: values['node-ip'] ?? env.SAMPAN_NODE_IP }),
      domain: values.domain ?? saved?.domain,
      podPidsLimit: podPidsLimitFrom(values['pod-pids-limit']) ?? saved?.podPidsLimit,
      ...subnetFrom(values.subnet, saved?.network.podCIDR),
      ports: {
        ...port('api-port', 'api'),
        ...port('port', 'platform'),
        ...port('registry-port', 'registry'),
        ...port('http-port', 'http'),
        ...port('https-port', 'https'),
      },
    },
  }
}

/** The sandbox's own process and a small program must fit. */
const leastPodPids = 10

function podPidsLimitFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < leastPodPids)
    throw new UserError(`--pod-pids-limit ${text}: use a whole number from ${leastPodPids}`)
  return value
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false }).values
  } catch (error) {
    throw new UserError(
      `${(error as Error).message}. Flags: ${Object.keys(flags)
        .map((flag) => `--${flag}`)
        .join(' ')}`,
    )
  }
}

/** The address range of an instance never changes once it has pods: what was saved wins over the default. */
function subnetFrom(text: string | undefined, savedPods: string | undefined): { subnet?: number } {
  if (text !== undefined) return { subnet: Number(text) }
  return savedPods === undefined ? {} : { subnet: Number(savedPods.split('.')[1]) - 130 }
}
