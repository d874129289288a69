import { sizeText } from './disk.ts'

/** What is known of a step that failed. */
export interface Failed {
  /** What its container did. */
  exitCode?: number
  /** Of the container's end, as Kubernetes says it: `OOMKilled`, `Error`… */
  reason?: string
  /** Of the pod: `DeadlineExceeded`, `Evicted`… and its message. */
  podReason?: string
  podMessage?: string
  /** The last lines of its log. */
  lines: readonly string[]
  limits: { memory: string; timeoutSeconds: number; disk?: string; pids?: number }
  /** Bases that need no registry outside, for the sentence about one that was not found. */
  offlineBases: readonly string[]
}

/** Why a clone step failed, in one sentence. */
export function cloneFailure(failed: Failed): string {
  return common(failed, 'fetching the source') ?? `the source could not be fetched: ${lastError(failed.lines)}`
}

/** Why a build step failed, in one sentence that names the step of the Dockerfile and its last words. */
export function buildFailure(failed: Failed): string {
  const { lines, limits, offlineBases } = failed
  const last = lastStep(lines)
  const step = last ? `step ${last.number} (${last.text})` : 'the build'
  const known = common(failed, step)
  if (known) return known
  const text = lines.slice(-40).join('\n')
  const base =
    /creating build container: .*?(?:initializing source docker:\/\/|pinging container registry |short-name )?([\w.:/@-]+)/.exec(
      text,
    )
  if (last?.text.toUpperCase().startsWith('FROM ') && base) {
    const name = last.text.split(/\s+/).find((word, i) => i > 0 && !word.startsWith('--')) ?? base[1]
    return `the base image ${name} was not found: ${baseProblem(text)}. Available without a registry outside: ${offlineBases.join(', ')}`
  }
  const unreadable = dockerfileProblem(text)
  if (unreadable) return unreadable
  const uncopied = last && copyProblem(last.text, text)
  if (uncopied) return `${step} failed: ${uncopied}`
  const wrote = /the build wrote more than (\d+) bytes/.exec(text)
  if (wrote)
    return `${step} wrote more than ${sizeText(Number(wrote[1]))} to the disk: set build.disk of the app higher`
  if (limits.pids && isOutOfProcesses(text))
    return `${step} used all ${limits.pids} processes it may have: set build.pids of the app higher, or start fewer`
  if (/exit status 137|signal: killed|exited on killed|Killed$|Cannot allocate memory|heap out of memory/m.test(text)) {
    return `${step} needed more than ${memoryText(limits.memory)} of memory: set build.memory of the app higher`
  }
  if (/no space left on device/i.test(text)) return `${step} filled the disk: free some space`
  const pushing = lines.findLast((line) => /^Pushing /.test(line))
  if (pushing && lines.indexOf(pushing) > (last?.index ?? -1))
    return `the image could not be pushed: ${lastError(lines)}`
  return `${step} failed: ${lastError(last ? lines.slice(last.index + 1) : lines)}`
}

/** What is wrong with the Dockerfile itself, when buildah could not make sense of it. */
function dockerfileProblem(text: string): string | undefined {
  const unknown = /Build error: Unknown instruction: "([^"]+)"/.exec(text)?.[1]
  if (unknown) return `${unknown} is no instruction of a Dockerfile: correct it`
  if (/no stages to build|file with no instructions|Dockerfile cannot be empty/i.test(text))
    return 'the Dockerfile is empty: it begins with FROM and a base image'
  return undefined
}

/** What a COPY or ADD did not find. */
function copyProblem(instruction: string, text: string): string | undefined {
  const missing = /Error: building at STEP "(?:COPY|ADD)\b.*copier: stat: "\/?([^"]*)": no such file/.exec(text)?.[1]
  if (missing === undefined) return undefined
  return /--from=/.test(instruction)
    ? `there is no /${missing} in the image it copies from`
    : `there is no ${missing} in the folder that is built: commit it, correct the path, or take it out of .dockerignore`
}

/** What programs say when no process can be made any more. */
export const isOutOfProcesses = (text: string) =>
  /(fork|clone|vfork|pthread_create|spawn|thread)[^\n]{0,80}(Resource temporarily unavailable|EAGAIN)|(Cannot|can't|unable to) fork|unable to create (new )?native thread|No more processes/i.test(
    text,
  )

/** What ends any container, whatever it does. */
function common({ reason, podReason, podMessage, limits }: Failed, what: string): string | undefined {
  if (podReason === 'DeadlineExceeded')
    return `${what} took longer than ${durationText(limits.timeoutSeconds)}, the time a build may take`
  if (podReason === 'Evicted' && /ephemeral|EmptyDir/i.test(podMessage ?? '') && limits.disk)
    return `${what} wrote more than ${memoryText(limits.disk)} to the disk: set build.disk of the app higher`
  if (podReason === 'Evicted') return `the node stopped the build: ${podMessage ?? 'it was evicted'}`
  if (reason === 'ForkStorm' && limits.pids)
    return `${what} used all ${limits.pids} processes it may have: set build.pids of the app higher, or start fewer`
  if (reason === 'OOMKilled') {
    return `${what} needed more than ${memoryText(limits.memory)} of memory: set build.memory of the app higher`
  }
  return undefined
}

interface Step {
  /** `2/5`, with its stage when there are several. */
  number: string
  text: string
  index: number
}

/** The step of the Dockerfile that was being carried out. */
export function lastStep(lines: readonly string[]): Step | undefined {
  for (let index = lines.length - 1; index >= 0; index--) {
    const found = /^(?:\[(\d+)\/(\d+)\] )?STEP (\d+\/\d+): (.*)$/.exec(lines[index] ?? '')
    if (!found) continue
    const [, stage, stages, number = '', text = ''] = found
    const shown = text.length > 80 ? `${text.slice(0, 79)}…` : text
    return { number: stage && stages !== '1' ? `${number} of stage ${stage}` : number, text: shown, index }
  }
  return undefined
}

/** Words of buildah about its own doings; what went wrong was said before them. */
const noise =
  /^(Error: building at STEP|Error: line \d+ of the builder failed|Error: (exit status|while running runtime)|subprocess exited|error building at STEP|time=|level=|\[\d+\/\d+\] STEP|STEP |--> |COMMIT |npm error A complete log|npm error\s*$|\s*$|make: \*\*\* \[.*Error \d+$|WARNING: Running pip as)/i

/** The line that most likely says why: the last that looks like an error, else the last that is not buildah's own. */
export function lastError(lines: readonly string[]): string {
  const own = lines.slice(-60).filter((line) => !noise.test(line))
  const copied = lines.findLast((line) => /^Error: building at STEP "(COPY|ADD|FROM|WORKDIR|USER|ENV)/.test(line))
  if (copied)
    return shortened(
      copied.replace(/^Error: building at STEP ".*?": /, '').replace(/checking on sources under ".*?": /, ''),
    )
  const error = own.findLast((line) =>
    /\b(error|fatal|failed|cannot|not found|no such|denied|invalid|exception|missing)\b/i.test(line),
  )
  const ended = lines.findLast((line) => /^Error: building at STEP ".*": /.test(line))?.replace(/^.*": /, '')
  const fallback = ended ?? lines.findLast((line) => /^Error: (?!line \d+ of the builder)/.test(line))
  return shortened(error ?? own.at(-1) ?? fallback ?? 'it said nothing')
}

const shortened = (line: string) => {
  const text = line.trim().replace(/^(Error|ERROR|fatal|npm error|npm ERR!):?\s+/, '')
  return text.length > 240 ? `${text.slice(0, 239)}…` : text
}

function baseProblem(text: string): string {
  if (/no such host|i\/o timeout|network is unreachable|connection refused|no route to host/.test(text)) {
    return 'its registry cannot be reached from here'
  }
  if (/manifest unknown|not found/.test(text)) return 'its registry does not have it'
  if (/unauthorized|denied|authentication required/.test(text)) return 'its registry wants a sign-in'
  return lastError(text.split('\n'))
}

const units: Record<string, number> = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, Ti: 1024 ** 4 }
/** A Kubernetes quantity of bytes for people. */
export const memoryText = (quantity: string) => {
  const [, number = '', unit = ''] = /^([\d.]+)(Ki|Mi|Gi|Ti)$/.exec(quantity) ?? []
  return number ? sizeText(Number(number) * units[unit]!) : quantity
}

export const durationText = (seconds: number) =>
  seconds % 60 === 0 && seconds >= 120 ? `${seconds / 60} minutes` : `${seconds} seconds`
