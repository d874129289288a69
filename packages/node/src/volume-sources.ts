import { configMap } from '@sampan/resources/core/config-map'
import { persistentVolume } from '@sampan/resources/core/persistent-volume'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import type { Pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import { service } from '@sampan/resources/core/service'
import { csiDriver } from '@sampan/resources/storage/csi-driver'
import { volumeAttachment } from '@sampan/resources/storage/volume-attachment'
import type { NodeContext } from './context.ts'
import { growVolume } from './grow-volume.ts'
import { mountImage } from './image-volume.ts'
import type { DownwardFacts } from './pod/downward.ts'
import type { EnvSources } from './pod/env.ts'
import type { VolumeSources } from './volumes/volumes.ts'

/** What a pod may refer to, read from the caches. */
export function sourcesFor(
  context: NodeContext,
  pod: Pod,
  facts: DownwardFacts,
  signal: AbortSignal,
): EnvSources & VolumeSources {
  const { caches, tokens, settings, csi, clock } = context
  const { namespace } = pod.metadata
  return {
    configMap: (name) => caches.of(configMap).get({ namespace, name }),
    secret: (name) => caches.of(secret).get({ namespace, name }),
    claim: (name) => caches.of(persistentVolumeClaim).get({ namespace, name }),
    volume: (name) => caches.of(persistentVolume).get({ name }),
    mountImage: (source) => mountImage(context, pod, source, signal),
    csiDriver: (name) => caches.of(csiDriver).get({ name }),
    attachment: (driver, handle) =>
      caches
        .of(volumeAttachment)
        .list()
        .find(
          ({ spec }) =>
            spec.nodeName === settings.nodeName &&
            spec.attacher === driver &&
            caches.of(persistentVolume).get({ name: spec.source.persistentVolumeName ?? '' })?.spec.csi
              ?.volumeHandle === handle,
        ),
    secretOf(at, name) {
      const found = caches.of(secret).get({ namespace: at, name })
      return (
        found &&
        Object.fromEntries(
          Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
        )
      )
    },
    publish: (volume) => csi.publish(pod.metadata.uid!, volume),
    grow: (volume, claim) => growVolume(context, pod, volume, claim),
    now: () => clock.now().getTime(),
    token: (audience, seconds) => tokens.of(pod, audience, seconds),
    get services() {
      return caches.of(service).list()
    },
    facts,
  }
}

/** Names of ConfigMaps and Secrets whose content a pod's volumes show, as `configmap/x` and `secret/y`. */
export function shownBy({ spec }: Pod): Set<string> {
  const shown = new Set<string>()
  for (const { configMap: map, secret: hidden, projected } of spec.volumes ?? []) {
    if (map) shown.add(`configmap/${map.name}`)
    if (hidden) shown.add(`secret/${hidden.secretName}`)
    for (const source of projected?.sources ?? []) {
      if (source.configMap) shown.add(`configmap/${source.configMap.name}`)
      if (source.secret) shown.add(`secret/${source.secret.name}`)
    }
  }
  return shown
}
