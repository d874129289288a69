import { posix } from 'node:path'
import { nameOf } from './pipelines.ts'
import type { Notes, PlanOptions } from './plan.ts'
import type { PipelineDocument, StepDocument } from './shapes.ts'

/** Adds what is wrong with pipelines that could be read. */
export function lintPipelines(
  documents: PipelineDocument[],
  trusted: NonNullable<PlanOptions['trusted']>,
  notes: Notes,
): void {
  const earlier = new Set<string>()
  for (const document of documents) {
    const name = nameOf(document)
    const error = (key: string, message: string) =>
      void notes.errors.push({ line: document.at[key] ?? document.line, message })
    if (earlier.has(name)) error('name', `duplicate pipeline names: "${name}" is used before; give each its own`)
    for (const dependency of document.depends_on) {
      if (dependency === name) error('depends_on', `pipeline "${name}" depends on itself: take it out of depends_on`)
      else if (!earlier.has(dependency))
        error('depends_on', `pipeline "${name}" depends on "${dependency}", which no earlier pipeline is called`)
    }
    earlier.add(name)
    lintPlatform(document, error)
    lintSteps(document, notes, trusted)
    lintVolumes(document, notes, trusted)
    if (document.type === 'exec')
      notes.warnings.push({
        line: document.at.type ?? document.line,
        message: `pipeline "${name}" is of type exec and will be refused when it runs: use type docker and give each step an image`,
      })
    if (document.type === 'kubernetes' && (document.resources.limits.cpu || document.resources.limits.memory))
      error('resources', 'resources.limits belong to a step; a pipeline has resources.requests only')
  }
}

const systems = ['', 'linux', 'windows']
const architectures = ['', 'amd64', 'arm64', 'arm', 'ppc64le', 's390x']

function lintPlatform({ type, platform }: PipelineDocument, error: (key: string, message: string) => void): void {
  if (type !== '' && type !== 'docker') return
  if (!systems.includes(platform.os)) error('platform', `unsupported os "${platform.os}": use linux or windows`)
  if (!architectures.includes(platform.arch))
    error('platform', `unsupported architecture "${platform.arch}": use ${architectures.slice(1).join(', ')}`)
}

/** Types whose steps run on a machine, not in a container. */
const withoutImages = ['exec', 'ssh', 'digitalocean', 'aws', 'vm', 'macstadium']

function lintSteps(document: PipelineDocument, notes: Notes, trusted: NonNullable<PlanOptions['trusted']>): void {
  const names = new Set<string>(document.clone.disable ? [] : ['clone'])
  const all = [...document.services, ...document.steps]
  const volumes = new Set(document.volumes.map(({ name }) => name))
  for (const step of all) {
    const at = (key: string) => step.at[key] ?? step.line ?? document.line
    const error = (key: string, message: string) => void notes.errors.push({ line: at(key) || document.line, message })
    const warning = (key: string, message: string) =>
      void notes.warnings.push({ line: at(key) || document.line, message })
    const called = `step "${step.name}"`
    if (!step.name) error('name', 'invalid or missing step name: add name')
    else if (step.name.length > 100) error('name', `${called} has a name of more than 100 characters: shorten it`)
    if (step.name && names.has(step.name)) {
      const isClone = step.name === 'clone' && !document.clone.disable
      error(
        'name',
        `duplicate step names: "${step.name}" is ${isClone ? 'the built-in clone (set clone.disable: true to have your own)' : 'used before'}`,
      )
    }
    names.add(step.name)
    if (!step.image && !withoutImages.includes(document.type))
      error('image', `${called}: invalid or missing image: add image`)
    for (const dependency of step.depends_on) {
      if (dependency === step.name) error('depends_on', `${called} depends on itself: take it out of depends_on`)
      else if (dependency === 'clone' && document.clone.disable && !all.some(({ name }) => name === 'clone'))
        warning('depends_on', `${called} waits for clone, which is disabled; it starts without it`)
      else if (!names.has(dependency)) error('depends_on', unknownDependency(step, dependency, all))
    }
    for (const { name, path, line } of step.volumes) {
      const where = { line: line || at('volumes') }
      if (isReserved(name))
        notes.errors.push({ ...where, message: `${called} mounts the reserved volume "${name}": rename it` })
      else if (!volumes.has(name))
        notes.warnings.push({ ...where, message: `${called} mounts "${name}", which volumes does not define` })
      if (posix.normalize(path || '.').startsWith('/run/drone'))
        notes.errors.push({ ...where, message: `${called} cannot mount a volume at /run/drone: choose another path` })
    }
    for (const [key, what] of privilegesOf(step)) refuse(notes, trusted, at(key), `${called} ${what}`)
  }
}

function unknownDependency(step: StepDocument, dependency: string, all: StepDocument[]): string {
  return all.some(({ name }) => name === dependency)
    ? `step "${step.name}" depends on "${dependency}", which comes later in the file: move it up`
    : `unknown step dependency: "${step.name}" depends on "${dependency}", which no step is called`
}

function privilegesOf(step: StepDocument): [key: string, what: string][] {
  const uses: [string, boolean, string][] = [
    ['privileged', step.privileged, 'is privileged'],
    ['devices', step.devices.length > 0, 'mounts devices'],
    ['dns', step.dns.length > 0, 'configures dns'],
    ['dns_search', step.dns_search.length > 0, 'configures dns_search'],
    ['extra_hosts', step.extra_hosts.length > 0, 'configures extra_hosts'],
    ['network_mode', step.network_mode !== '', 'configures network_mode'],
    ['shm_size', step.shm_size > 0, 'configures shm_size'],
  ]
  return uses.filter(([, isUsed]) => isUsed).map(([key, , what]) => [key, what])
}

function refuse(notes: Notes, trusted: NonNullable<PlanOptions['trusted']>, line: number, what: string): void {
  if (trusted === true) return
  const message = `${what}, which untrusted repositories cannot do: an administrator must trust the repository`
  ;(trusted === 'unknown' ? notes.warnings : notes.errors).push({ line, message })
}

const isReserved = (name: string) => ['workspace', '_workspace', '_docker_socket', '_status'].includes(name)

function lintVolumes(document: PipelineDocument, notes: Notes, trusted: NonNullable<PlanOptions['trusted']>): void {
  for (const { name, line, temp, host, claim, config_map: map, secret } of document.volumes) {
    if (!name) notes.errors.push({ line, message: 'missing volume name: add name' })
    if (isReserved(name))
      notes.errors.push({ line, message: `invalid volume name "${name}": it is reserved, rename it` })
    if (host) refuse(notes, trusted, line, `volume "${name}" mounts a folder of the host`)
    if (temp?.medium === 'memory') refuse(notes, trusted, line, `volume "${name}" lives in memory`)
    if (claim || map || secret)
      refuse(notes, trusted, line, `volume "${name}" mounts ${claim ? 'a claim' : map ? 'a config map' : 'a secret'}`)
  }
}
