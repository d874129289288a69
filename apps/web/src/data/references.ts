import type { KubeObject } from '@sampan/resources/meta'

interface Env {
  valueFrom?: { configMapKeyRef?: { name?: string }; secretKeyRef?: { name?: string } }
}
interface EnvFrom {
  configMapRef?: { name?: string }
  secretRef?: { name?: string }
}
interface ContainerLike {
  env?: Env[]
  envFrom?: EnvFrom[]
}
interface VolumeLike {
  configMap?: { name?: string }
  secret?: { secretName?: string }
  persistentVolumeClaim?: { claimName?: string }
  projected?: { sources?: { configMap?: { name?: string }; secret?: { name?: string } }[] }
}
interface PodSpecLike {
  containers?: ContainerLike[]
  initContainers?: ContainerLike[]
  volumes?: VolumeLike[]
  imagePullSecrets?: { name?: string }[]
  serviceAccountName?: string
}

/** What pods refer to by name, and how: `configmaps/web` → `env`, `volume`… */
export type References = ReadonlyMap<string, ReadonlySet<string>>

/** The pod spec inside a pod, a workload or a cron job. */
function podSpecOf(object: KubeObject): PodSpecLike | undefined {
  const { spec = {} } = object as KubeObject & {
    spec?: PodSpecLike & {
      template?: { spec?: PodSpecLike }
      jobTemplate?: { spec?: { template?: { spec?: PodSpecLike } } }
    }
  }
  return spec.jobTemplate?.spec?.template?.spec ?? spec.template?.spec ?? (spec.containers ? spec : undefined)
}

/** Names of what an object's pods refer to, in the plurals of the core group, and what for. */
export function referencesOf(object: KubeObject): References {
  const found = new Map<string, Set<string>>()
  const add = (plural: string, name: string | undefined, how: string) => {
    if (!name) return
    const key = `${plural}/${name}`
    found.set(key, (found.get(key) ?? new Set()).add(how))
  }
  const spec = podSpecOf(object)
  for (const { env = [], envFrom = [] } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
    for (const { valueFrom } of env) {
      add('configmaps', valueFrom?.configMapKeyRef?.name, 'env')
      add('secrets', valueFrom?.secretKeyRef?.name, 'env')
    }
    for (const { configMapRef, secretRef } of envFrom) {
      add('configmaps', configMapRef?.name, 'env')
      add('secrets', secretRef?.name, 'env')
    }
  }
  for (const { configMap, secret, persistentVolumeClaim, projected } of spec?.volumes ?? []) {
    add('configmaps', configMap?.name, 'volume')
    add('secrets', secret?.secretName, 'volume')
    add('persistentvolumeclaims', persistentVolumeClaim?.claimName, 'volume')
    for (const source of projected?.sources ?? []) {
      add('configmaps', source.configMap?.name, 'volume')
      add('secrets', source.secret?.name, 'volume')
    }
  }
  for (const { name } of spec?.imagePullSecrets ?? []) add('secrets', name, 'pull')
  add('serviceaccounts', spec?.serviceAccountName, 'identity')
  // A service account lends its own to every pod that runs as it.
  const own = object as { imagePullSecrets?: { name?: string }[]; secrets?: { name?: string }[] }
  for (const { name } of own.imagePullSecrets ?? []) add('secrets', name, 'pull')
  for (const { name } of own.secrets ?? []) add('secrets', name, 'identity')
  const { tls = [] } = ((object as { spec?: unknown }).spec ?? {}) as { tls?: { secretName?: string }[] }
  if (Array.isArray(tls)) for (const { secretName } of tls) add('secrets', secretName, 'tls')
  return found
}
