import type { BuildContext } from './build-context.ts'
import { lintPipelines } from './lint.ts'
import { plannedPipelines } from './pipelines.ts'
import { readFile } from './read.ts'

/** A value that is written in the file, or the name of the secret that holds it. */
export type Value = string | SecretRef
export interface SecretRef {
  from_secret: string
}

/** Something wrong in the file. Lines count from 1; 0 is the file as a whole. */
export interface Problem {
  line: number
  message: string
}

/** What one `.drone.yml` means for one build. */
export interface Plan {
  /** Nothing is in `errors`. When false, `pipelines` has what could be read. */
  ok: boolean
  errors: Problem[]
  warnings: Problem[]
  /** All pipelines in file order, the ones whose trigger does not match too (`selected: false`). */
  pipelines: PlannedPipeline[]
  /** `kind: secret` documents. */
  secrets: InlineSecret[]
  /** `kind: cron` documents. */
  crons: PlannedCron[]
  /** HMAC of a `kind: signature` document. */
  signature?: string
}

export interface PlannedPipeline {
  name: string
  kind: string
  /** `docker`, `kubernetes`, `exec`, `vm`, `ssh`, `digitalocean`… */
  type: string
  line: number
  /** Its trigger matches this build. */
  selected: boolean
  /** Selected pipelines to wait for; those of a skipped one stand in its place. */
  dependsOn: string[]
  /** Which build states let it start. */
  runsOn: RunsOn
  triggerStatus: { onSuccess: boolean; onFailure: boolean }
  clone: PlannedClone
  platform: { os: string; arch: string; variant: string; version: string }
  /** Labels a runner must have exactly. */
  node: Record<string, string>
  /** Most stages of this name that may run at once; 0 is no limit. */
  concurrency: number
  /** Absolute path every step works in. */
  workspace: string
  /** What of it is mounted, and where in that the source goes; joined they are `workspace`. */
  workspaceBase: string
  workspacePath: string
  /** Any step or service has `depends_on`: unlinked entries run in parallel. */
  isGraph: boolean
  environment: Record<string, string>
  /** Started right after the clone, never waited for. */
  services: PlannedStep[]
  /** In file order, those their `when` leaves out too (`selected: false`). */
  steps: PlannedStep[]
  volumes: PlannedVolume[]
  /** Names of secrets that hold a docker `config.json`. */
  imagePullSecrets: string[]
  kubernetes: KubernetesOptions
}

export interface PlannedClone {
  /** The clone happens. */
  enabled: boolean
  /** 0 is the whole history. */
  depth: number
  retries: number
  skipVerify: boolean
  trace: boolean
}

export type RunsOn = 'on-success' | 'on-failure' | 'always'

export interface PlannedStep {
  name: string
  image: string
  line: number
  /** Its `when` matches this build. */
  selected: boolean
  runsOn: RunsOn
  /** Names it waits for, `clone` included; entries left out by `when` are replaced by theirs. */
  after: string[]
  detach: boolean
  failure: 'fail' | 'ignore' | 'fail-fast'
  commands: string[]
  entrypoint: string[]
  command: string[]
  /** The pipeline's and the step's own, merged. */
  environment: Record<string, Value>
  /** `settings` as `PLUGIN_*`. */
  plugin: Record<string, Value>
  /** `settings` as they are written, for builds we do ourselves. */
  settings: Record<string, Setting>
  pull: 'default' | 'always' | 'if-not-exists' | 'never'
  privileged: boolean
  volumes: { name: string; path: string; subPath: string }[]
  /** Empty: the workspace. */
  workingDir: string
  user: string
  group: string
  shell: string
  /** Millicores and bytes; 0 is unset. */
  resources: { limits: { cpu: number; memory: number }; requests: { cpu: number; memory: number } }
  /** Fields only the docker runner has. */
  docker: {
    devices: string[]
    dns: string[]
    dnsSearch: string[]
    extraHosts: string[]
    networkMode: string
    shmSize: number
    memLimit: number
  }
}

/** A `settings` value after YAML 1.1 typing, ready for JSON: whole numbers from a million on are their text. */
export type Setting = string | number | boolean | null | SecretRef | Setting[] | { [key: string]: Setting }

export type PlannedVolume =
  | { name: string; kind: 'temp'; medium: string; sizeLimit: number }
  | { name: string; kind: 'host'; path: string }
  /** Kept between the runs of an app; our own addition. */
  | { name: string; kind: 'cache' }
  | { name: string; kind: 'claim'; claim: string; readOnly: boolean }
  | { name: string; kind: 'config_map'; configMap: string; defaultMode: number; optional: boolean }
  | { name: string; kind: 'secret'; secret: string; defaultMode: number; optional: boolean }

export interface KubernetesOptions {
  namespace: string
  labels: Record<string, string>
  annotations: Record<string, string>
  serviceAccountName: string
  nodeName: string
  nodeSelector: Record<string, string>
  tolerations: { key: string; operator: string; effect: string; value: string; tolerationSeconds?: number }[]
  hostAliases: { ip: string; hostnames: string[] }[]
  dns: { nameservers: string[]; searches: string[]; options: { name: string; value?: string }[] }
  /** Millicores and bytes; 0 is unset. */
  requests: { cpu: number; memory: number }
}

export interface InlineSecret {
  name: string
  line: number
  /** Base64 of AES-GCM with the repository's key. */
  data?: string
  get?: { path: string; name: string; key: string }
}

export interface PlannedCron {
  name: string
  line: number
  schedule: string
  branch: string
  target: string
}

export interface PlanOptions {
  /**
   * Trusted repositories may use privileged steps, host volumes and the like; elsewhere these are errors. `unknown`
   * (nobody can be asked) makes them warnings. Default false.
   */
  trusted?: boolean | 'unknown'
  /** Text of a stored template by the name in `load`; undefined when there is none. */
  template?: (name: string) => string | undefined
  /** Variables of the runner, seen by `${}`; lowest in precedence. */
  globals?: Record<string, string>
}

/** Largest file read, in characters. */
export const maximumSize = 2_000_000

/** Reads, checks and decides one file for one build. Pure; throws nothing for bad input. */
export function planOf(text: string, build: BuildContext, options: PlanOptions = {}): Plan {
  const notes: Notes = { errors: [], warnings: [] }
  const file = readFile(text, build, options, notes)
  const pipelines = plannedPipelines(file.pipelines, build, options, notes)
  lintPipelines(
    pipelines.map(({ document }) => document),
    options.trusted ?? false,
    notes,
  )
  const byLine = (a: Problem, b: Problem) => a.line - b.line
  return {
    ok: notes.errors.length === 0,
    errors: unique(notes.errors).toSorted(byLine),
    warnings: unique(notes.warnings).toSorted(byLine),
    pipelines: pipelines.map(({ planned }) => planned),
    secrets: file.secrets,
    crons: file.crons,
    ...(file.signature !== undefined && { signature: file.signature }),
  }
}

const unique = (problems: Problem[]) => [
  ...new Map(problems.map((problem) => [`${problem.line} ${problem.message}`, problem])).values(),
]

/** Where the parts of a reading leave what they find. */
export interface Notes {
  errors: Problem[]
  warnings: Problem[]
}
