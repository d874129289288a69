import type { ConfigMap } from '@sampan/resources/core/config-map'
import type { Pod } from '@sampan/resources/core/pod'
import type { Secret } from '@sampan/resources/core/secret'
import type { Service } from '@sampan/resources/core/service'
import { ConfigError } from './config-error.ts'
import type { Container } from './containers.ts'
import { type DownwardFacts, fieldValue, resourceValue } from './downward.ts'
import { valueIn } from './env-file.ts'
import { expand } from './expand.ts'
import { serviceEnv, servicesFor } from './service-env.ts'

/** Reads of what a container's environment refers to; all of the pod's namespace except services. */
export interface EnvSources {
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
  services: readonly Service[]
  /** Files of its volumes, as `volume/path`. */
  files?: ReadonlyMap<string, string>
}

/** The environment of a container: service variables, then `envFrom`, then `env`; later ones win. Throws ConfigError. */
export function environment(
  pod: Pod,
  container: Container,
  sources: EnvSources,
  facts: DownwardFacts,
): Map<string, string> {
  const linked = servicesFor(pod.metadata.namespace ?? '', pod.spec.enableServiceLinks ?? true, sources.services)
  const result = new Map(serviceEnv(linked))
  for (const source of container.envFrom ?? []) {
    for (const [key, value] of Object.entries(fromSource(pod, source, sources)))
      result.set(`${source.prefix ?? ''}${key}`, value)
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const found = valueFrom ? fromRef(pod, container, valueFrom, sources, facts) : expand(value ?? '', result)
    if (found !== undefined) result.set(name, found)
  }
  return result
}

type EnvFrom = NonNullable<Container['envFrom']>[number]
type ValueFrom = NonNullable<NonNullable<Container['env']>[number]['valueFrom']>

function fromSource(pod: Pod, { configMapRef, secretRef }: EnvFrom, sources: EnvSources): Record<string, string> {
  if (configMapRef) {
    const found = sources.configMap(configMapRef.name ?? '')
    if (!found && !configMapRef.optional) throw missing('configmap', configMapRef.name)
    return found?.data ?? {}
  }
  if (secretRef) {
    const found = sources.secret(secretRef.name ?? '')
    if (!found && !secretRef.optional) throw missing('secret', secretRef.name)
    return Object.fromEntries(Object.entries(found?.data ?? {}).map(([key, value]) => [key, decoded(value)]))
  }
  throw new ConfigError(`envFrom of pod ${pod.metadata.name} has no source`)
}

function fromRef(
  pod: Pod,
  container: Container,
  from: ValueFrom,
  sources: EnvSources,
  facts: DownwardFacts,
): string | undefined {
  const namespace = pod.metadata.namespace
  if (from.fieldRef) return fieldValue(pod, from.fieldRef.fieldPath, facts)
  if (from.resourceFieldRef) return resourceValue(pod, container, from.resourceFieldRef, facts)
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef
    const found = sources.configMap(name)
    if (!found && !optional) throw missing('configmap', name)
    const value = found?.data?.[key]
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`)
    return value
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef
    const found = sources.secret(name)
    if (!found && !optional) throw missing('secret', name)
    const value = found?.data?.[key]
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`)
    return value === undefined ? undefined : decoded(value)
  }
  if (from.fileKeyRef) {
    const { volumeName, path, key, optional } = from.fileKeyRef
    const file = sources.files?.get(`${volumeName}/${path}`)
    if (file === undefined && !optional) throw new ConfigError(`couldn't find file ${path} in volume ${volumeName}`)
    const value = file === undefined ? undefined : valueIn(file, key)
    if (value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in file ${path} of volume ${volumeName}`)
    return value
  }
  return ''
}

const decoded = (value: string) => Buffer.from(value, 'base64').toString('utf8')
const missing = (kind: string, name = '') => new ConfigError(`${kind} "${name}" not found`)
