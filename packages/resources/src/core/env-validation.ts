import { configKeyProblems, envNameProblems } from '@sampan/kit/names'
import { named, needed, optionalName, type Problems, relativePath } from '../check.ts'
import { invalidValue, required } from '../problem.ts'
import type { Pod } from './pod.ts'
import { envFields, fieldRefProblems, resourceRefProblems } from './volume-validation.ts'

type Container = Pod['spec']['containers'][number]
type Variable = NonNullable<Container['env']>[number]
type FileKey = NonNullable<NonNullable<Variable['valueFrom']>['fileKeyRef']>
type Volumes = ReadonlyMap<string, NonNullable<Pod['spec']['volumes']>[number]>

/** `volumes`: those of the pod, by name. */
export function* envProblems(at: string, { env, envFrom }: Container, volumes: Volumes): Problems {
  for (const [index, variable] of (env ?? []).entries()) {
    const here = `${at}.env[${index}]`
    yield* named(`${here}.name`, variable.name, envNameProblems)
    if (variable.valueFrom) yield* sourceProblems(`${here}.valueFrom`, variable, volumes)
  }
  for (const [index, { prefix, configMapRef, secretRef }] of (envFrom ?? []).entries()) {
    const here = `${at}.envFrom[${index}]`
    const all = `${at}.envFrom` // as upstream says it
    yield* optionalName(`${here}.prefix`, prefix, envNameProblems)
    if (configMapRef && secretRef) yield invalidValue(all, '', 'may not have more than one field specified at a time')
    else if (configMapRef) yield* needed(`${here}.configMapRef.name`, configMapRef.name)
    else if (secretRef) yield* needed(`${here}.secretRef.name`, secretRef.name)
    else yield invalidValue(all, '', 'must specify one of: `configMapRef` or `secretRef`')
  }
}

const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const

function* sourceProblems(at: string, { value, valueFrom }: Variable, volumes: Volumes): Problems {
  if (value) yield invalidValue(at, '', 'may not be specified when `value` is not empty')
  const present = sources.filter((source) => valueFrom?.[source])
  if (present.length === 0)
    yield invalidValue(
      at,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
    )
  if (present.length > 1) yield invalidValue(at, '', 'may not have more than one field specified at a time')
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom ?? {}
  if (fileKeyRef) yield* fileProblems(`${at}.fileKeyRef`, fileKeyRef, volumes)
  if (fieldRef) yield* fieldRefProblems(`${at}.fieldRef`, fieldRef, envFields)
  if (resourceFieldRef) yield* resourceRefProblems(`${at}.resourceFieldRef`, resourceFieldRef)
  for (const [field, reference] of [
    ['configMapKeyRef', configMapKeyRef],
    ['secretKeyRef', secretKeyRef],
  ] as const) {
    if (!reference) continue
    yield* needed(`${at}.${field}.name`, reference.name)
    if (!reference.key) yield required(`${at}.${field}.key`)
    else yield* optionalName(`${at}.${field}.key`, reference.key, configKeyProblems)
  }
}

/** Variables come from files that other containers of the pod have written, nowhere else. */
function* fileProblems(at: string, { volumeName, path, key }: FileKey, volumes: Volumes): Problems {
  yield* needed(`${at}.volumeName`, volumeName)
  yield* needed(`${at}.path`, path)
  if (path) yield* relativePath(`${at}.path`, path)
  yield* named(`${at}.key`, key, envNameProblems)
  if (!volumeName) return
  const volume = volumes.get(volumeName)
  if (!volume)
    yield {
      reason: 'FieldValueNotFound',
      field: `${at}.volumeName`,
      message: `Not found: ${JSON.stringify(volumeName)}`,
    }
  else if (!volume.emptyDir) yield invalidValue(`${at}.volumeName`, volumeName, 'must be an emptyDir volume')
}
