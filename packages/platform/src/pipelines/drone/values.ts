import { createHash } from 'node:crypto'
import type { PlannedPipeline, PlannedStep, Setting, Value } from '@sampan/drone/plan'
import { decryptedSecret } from '@sampan/drone/secret'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import type { Values } from '../secret-store.ts'
import type { RunFile } from './file.ts'

/** Key of a secret in the Secret of a run: names of secrets may hold anything. */
export const secretKey = (name: string) =>
  `secret-${createHash('sha256').update(name.toLowerCase()).digest('hex').slice(0, 24)}`

const isReference = (value: unknown): value is { from_secret: string } =>
  typeof value === 'object' && value !== null && typeof (value as { from_secret?: unknown }).from_secret === 'string'

const namesIn = (step: PlannedStep): string[] =>
  [
    ...Object.values<Value>(step.environment),
    ...Object.values<Value>(step.plugin),
    ...Object.values<Setting>(step.settings),
  ]
    .filter(isReference)
    .map((value) => value.from_secret)

/** Every secret that something selected asks for. */
export const secretNames = (pipelines: readonly PlannedPipeline[]): Set<string> =>
  new Set(
    pipelines.flatMap(({ services, steps, imagePullSecrets }) => [
      ...[...services, ...steps].filter(({ selected }) => selected).flatMap(namesIn),
      ...imagePullSecrets,
    ]),
  )

/** The secrets a step asks for that the run does not have. */
export const missingSecrets = (step: PlannedStep, data: Readonly<Record<string, string>>): string[] =>
  namesIn(step).filter((name) => data[secretKey(name)] === undefined)

export interface Resolved {
  /** Data of the run's Secret: what is asked for and may be known. */
  data: Record<string, string>
  /** What was asked for in vain, in words. */
  warnings: string[]
}

/** What a run gets of the secrets its file asks for. */
export function resolvedSecrets(
  one: Pipeline,
  file: RunFile,
  { found, withheld }: Values,
  repositoryKey: string | undefined,
): Resolved {
  const data: Record<string, string> = {}
  const warnings: string[] = []
  const { pullRequest } = one.spec
  const inline = new Map(file.plan.secrets.map((secret) => [secret.name.toLowerCase(), secret]))
  for (const name of secretNames(file.plan.pipelines.filter(({ selected }) => selected))) {
    const key = name.toLowerCase()
    const stored = found.get(key)
    if (stored !== undefined) {
      data[secretKey(name)] = stored
      continue
    }
    const written = inline.get(key)
    if (written?.data && pullRequest?.fork !== true) {
      const value = repositoryKey && decryptedSecret(written.data, repositoryKey)
      if (value !== undefined && value !== '') data[secretKey(name)] = value
      else
        warnings.push(
          `${file.path}:${written.line}: the secret ${name} was encrypted for another repository: it is empty`,
        )
      continue
    }
    if (withheld.has(key) || written?.data) {
      const whom = pullRequest?.fork ? 'pull requests from forks' : 'pull requests'
      warnings.push(`the secret ${name} is kept from ${whom}: it is empty`)
    } else if (written?.get) {
      warnings.push(
        `${file.path}:${written.line}: the secret ${name} comes from an external store, which is not there: it is empty`,
      )
    } else warnings.push(`there is no secret ${name}: it is empty (sampan secrets set ${name})`)
  }
  return { data, warnings }
}

/** Settings of a step with its secrets put in. */
export function filled(value: Setting, data: Readonly<Record<string, string>>): Setting {
  if (isReference(value)) return data[secretKey(value.from_secret)] ?? ''
  return value
}

export const filledSettings = (settings: Readonly<Record<string, Setting>>, data: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, filled(value, data)]))

export const filledText = (values: Readonly<Record<string, Value>>, data: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : (data[secretKey(value.from_secret)] ?? ''),
    ]),
  )

/** What must not be read in a log of the run: each line of a value by itself too, as a log has it. */
export const maskedValues = (data: Readonly<Record<string, string>>): string[] =>
  Object.entries(data)
    .filter(([key]) => key.startsWith('secret-') || key === 'password')
    .flatMap(([, value]) => [value, ...value.split('\n')])
    .map((line) => line.trim())
    .filter((line) => line.length > 1)
