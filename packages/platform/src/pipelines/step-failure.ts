import type { Pod } from '@sampan/resources/core/pod'
import { durationText, isOutOfProcesses, lastError, memoryText } from './failure.ts'
import type { Limits } from './settings.ts'

type ContainerStatus = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number]

/** How a step that runs a command or a plugin ended badly. */
export interface EndedStep {
  exitCode?: number
  /** Of the container's end, as Kubernetes says it: `OOMKilled`, `Error`, `StartError`… */
  reason?: string
  message?: string
  podReason?: string
  podMessage?: string
  /** The last lines of its log. */
  lines: readonly string[]
  limits: Limits
  /** What the file told it to run; none for plugins. */
  commands: readonly string[]
}

/** Why a step failed, in one sentence. */
export function stepFailure(ended: EndedStep): string {
  const { exitCode, reason, lines, limits } = ended
  const known = podFailure(ended)
  if (known) return known
  if (reason === 'OOMKilled') return memoryReason(limits)
  if (reason === 'ForkStorm') return pidsReason(limits)
  if (exitCode === 128 || reason === 'StartError' || reason === 'ContainerCannotRun') return startReason(ended)
  const text = lines.slice(-60).join('\n')
  if (isOutOfProcesses(text)) return pidsReason(limits)
  if (exitCode === 137)
    return `it was killed (exit code 137)${/Killed|memory/i.test(text) ? `: ${memoryReason(limits)}` : ''}`
  if (/^Killed$|Cannot allocate memory|heap out of memory|std::bad_alloc|MemoryError/m.test(text))
    return memoryReason(limits)
  if (/no space left on device|disk quota exceeded/i.test(text)) return 'the disk it wrote to is full'
  return `exit code ${exitCode ?? 'unknown'}${lastWords(ended)}`
}

/** What the command that failed said last, or which one it was when it said nothing. */
function lastWords({ lines, commands }: EndedStep): string {
  const echoes = new Set(commands.map((command) => `+ ${command.split('\n')[0]}`))
  const at = lines.findLastIndex((line) => echoes.has(line))
  const words = lines.slice(at + 1).filter((line) => !line.startsWith('+ ') && line.trim() !== '')
  if (words.length > 0) return `: ${lastError(words)}`
  if (at < 0) return ''
  const command = lines[at]!.slice(2)
  return ` of the command ${command.length > 120 ? `${command.slice(0, 119)}…` : command}`
}

const memoryReason = ({ memory }: Limits) =>
  `it needed more than ${memoryText(memory)} of memory: set build.memory of the app higher`

export const pidsReason = ({ pids }: Pick<Limits, 'pids'>) =>
  `it used all ${pids} processes it may have: set build.pids of the app higher, or start fewer`

function podFailure({ podReason, podMessage = '', limits }: EndedStep): string | undefined {
  if (podReason === 'DeadlineExceeded') return timeReason(limits)
  if (podReason !== 'Evicted') return undefined
  if (/ephemeral|EmptyDir/i.test(podMessage)) return diskReason(limits)
  const what = /low on resource: ([\w-]+)/.exec(podMessage)?.[1]
  return what
    ? `the machine ran out of ${what}, and builds go first: try again when less is going on`
    : `the node stopped it: ${podMessage || 'it was evicted'}`
}

export const timeReason = ({ timeoutSeconds }: Pick<Limits, 'timeoutSeconds'>) =>
  `it took longer than ${durationText(timeoutSeconds)}, the time a pipeline may take: set build.timeoutSeconds of the app higher`

export const diskReason = ({ disk }: Pick<Limits, 'disk'>) =>
  `it wrote more than ${memoryText(disk)} to the disk: set build.disk of the app higher, or write less`

function startReason({ message = '', commands }: EndedStep): string {
  const missing = /exec: "([^"]+)": (?:stat [^:]*: no such file|executable file not found)/.exec(message)?.[1]
  if (commands.length > 0 && (missing === '/bin/sh' || /\/bin\/sh/.test(message)))
    return 'its image has no /bin/sh, which commands need: use an image with a shell'
  if (missing) return `its image has no program ${missing}`
  if (/permission denied/.test(message)) return 'its program may not be executed: check its file mode'
  return `its container could not be started: ${message.replace(/^.*?(?:OCI runtime|runc)[^:]*: /s, '').slice(0, 200) || 'no reason was given'}`
}

export interface Waiting {
  /** It cannot come right. */
  fatal?: string
  waits?: string
  /** The node waits for its next try and says less than it did at the try before. */
  isVague?: boolean
}

/** Why a container that waits cannot come right, or what it waits for. */
export function waitingStep(status: ContainerStatus | undefined): Waiting {
  const { reason, message = '' } = status?.state?.waiting ?? {}
  const image = status?.image ?? 'its image'
  switch (reason) {
    case undefined:
    case 'ContainerCreating':
    case 'PodInitializing':
      return {}
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return {
        fatal:
          reason === 'ErrImageNeverPull'
            ? `the image ${image} is not on the machine, and the file says never to pull it`
            : `"${image}" is no name of an image: correct it`,
      }
    case 'ErrImagePull':
    case 'ImagePullBackOff':
    case 'RegistryUnavailable':
      return pullProblem(image, message)
    case 'CreateContainerConfigError':
    case 'CreateContainerError':
    case 'RunContainerError':
      return { fatal: `its container could not be made: ${message || reason}` }
    default:
      return { waits: `${reason}${message ? `: ${message}` : ''}` }
  }
}

function pullProblem(image: string, message: string): Waiting {
  if (message === '' || /^Back-off pulling image "[^"]*"\.?$/.test(message))
    return { waits: `the image ${image} cannot be pulled`, isVague: true }
  if (
    /no such host|connection refused|i\/o timeout|dial tcp|deadline exceeded|network is unreachable|TLS|x509/i.test(
      message,
    )
  )
    return {
      waits: `the registry of ${image} cannot be reached: check the name, and whether it can be reached from here`,
    }
  if (/not found|manifest unknown|no such manifest|does not exist/i.test(message))
    return { fatal: `the image ${image} does not exist in its registry: correct name and tag` }
  if (/unauthorized|denied|forbidden|\b40[13]\b|authentication required/i.test(message))
    return {
      fatal: `the registry refused to hand out ${image}: it does not exist, or credentials are missing (image_pull_secrets)`,
    }
  if (/no match for platform|no matching manifest/i.test(message))
    return { fatal: `the image ${image} is not made for this machine's architecture` }
  return { waits: `the image ${image} cannot be pulled: ${message.slice(0, 200)}` }
}
