import { setTimeout as sleep } from 'node:timers/promises'
import { randomSuffix } from '@sampan/kit/random-suffix'
import type { Pod } from '@sampan/resources/core/pod'
import type { ServiceAccount } from '@sampan/resources/core/service-account'
import { forbidden } from '@sampan/resources/errors'
import type { Admission, Admitted } from './interfaces.ts'

const accounts = { group: '', plural: 'serviceaccounts' }
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const mirror = 'kubernetes.io/config.mirror'

/** A token lasts an hour; the seven seconds tell tokens made here from those asked for. */
const tokenSeconds = 3607
const patienceMs = 1000

/**
 * Gives every pod an identity: its service account, that account's pull secrets, and a volume with token, CA and
 * namespace where programs look for them. A new namespace gets its `default` account a moment later: waits for it.
 */
export const serviceAccountAdmission = (random: () => number = Math.random): Admission => ({
  name: 'ServiceAccount',
  kinds: ['pods'],
  concerns: ({ operation, subresource }) => operation === 'CREATE' && subresource === undefined,
  mutate(write) {
    const pod = write.object as Pod
    if (pod.metadata.annotations?.[mirror]) return
    pod.spec.serviceAccountName ||= pod.spec.serviceAccount || 'default'
    pod.spec.serviceAccount = pod.spec.serviceAccountName
    const account = accountOf(write, pod)
    if (account) return give(pod, account, random)
    return waitFor(write, pod, random)
  },
})

const accountOf = ({ objects, namespace }: Admitted, { spec }: Pod) =>
  objects.get<ServiceAccount>(accounts, spec.serviceAccountName!, namespace)

async function waitFor(write: Admitted, pod: Pod, random: () => number): Promise<void> {
  const name = pod.spec.serviceAccountName!
  for (let waited = 0; waited < patienceMs; waited += 50) {
    await sleep(50)
    const account = accountOf(write, pod)
    if (account) return give(pod, account, random)
  }
  throw forbidden(
    write.definition,
    write.name,
    `error looking up service account ${write.namespace}/${name}: serviceaccount "${name}" not found`,
  )
}

function give(pod: Pod, account: ServiceAccount, random: () => number): void {
  const { spec } = pod
  if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length)
    spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => ({ ...(name && { name }) }))
  if ((spec.automountServiceAccountToken ?? account.automountServiceAccountToken) === false) return
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])]
  const needy = containers.filter((one) => !one.volumeMounts?.some((mount) => mount.mountPath === mountPath))
  if (needy.length === 0) return
  const name = `kube-api-access-${randomSuffix(random)}`
  for (const container of needy)
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }]
  spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)]
}

const tokenVolume = (name: string) => ({
  name,
  projected: {
    defaultMode: 0o644,
    sources: [
      { serviceAccountToken: { expirationSeconds: tokenSeconds, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
  },
})
