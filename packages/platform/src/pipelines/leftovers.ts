import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '@sampan/client/client'
import { run } from '@sampan/kit/run'
import { configMap } from '@sampan/resources/core/config-map'
import { persistentVolumeClaim } from '@sampan/resources/core/persistent-volume-claim'
import { pod } from '@sampan/resources/core/pod'
import { secret } from '@sampan/resources/core/secret'
import type { Definition } from '@sampan/resources/define'
import { isReason } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { networkPolicy } from '@sampan/resources/networking/network-policy'
import { app } from '@sampan/resources/sampan/app'
import { type Pipeline, pipeline } from '@sampan/resources/sampan/pipeline'
import { buildNamespace, systemNamespace } from '../config.ts'
import { appLabel, projectLabel } from '../labels.ts'
import { hasEnded } from '../logs/pipeline-log.ts'
import { cacheLabel } from './drone/objects.ts'
import { pipelineLabel } from './names.ts'
import type { BuildSettings } from './settings.ts'

const dayMs = 24 * 3600_000
/** A run that has just ended clears away for itself. */
const ownTimeMs = 10 * 60_000

type Labelled = Pick<KubeObject, 'metadata'>

const ownerOf = ({ metadata: { labels = {} } }: Labelled, name: string) => `${labels[projectLabel]}/${labels[name]}`

/** Objects of runs that are over or gone, and caches nobody has used for long or whose app is gone. Pure. */
export function leftovers<T extends Labelled>(
  objects: readonly T[],
  known: { pipelines: readonly Pipeline[]; apps: readonly Labelled[] },
  { now, cacheDays }: { now: Date; cacheDays: number },
): T[] {
  const open = new Set<string>()
  for (const one of known.pipelines) {
    const isFresh = now.getTime() - Date.parse(one.status?.finishedAt ?? now.toISOString()) < ownTimeMs
    if (!hasEnded(one) || isFresh) open.add(`${one.metadata.namespace}/${one.metadata.name}`)
  }
  const apps = new Set(known.apps.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
  return objects.filter((one) => {
    const { labels = {}, annotations = {}, deletionTimestamp } = one.metadata
    if (deletionTimestamp) return false
    if (labels[cacheLabel]) {
      const used = Date.parse(annotations['sampan.dev/used-at'] ?? '')
      return !apps.has(ownerOf(one, appLabel)) || now.getTime() - used > cacheDays * dayMs
    }
    return labels[pipelineLabel] !== undefined && !open.has(ownerOf(one, pipelineLabel))
  })
}

/** Removes what `leftovers` finds: a process that was killed between two steps leaves some. */
export async function sweepObjects(
  client: Client,
  settings: Pick<BuildSettings, 'cacheDays'>,
  now: Date,
): Promise<number> {
  const [{ items: pipelines }, { items: apps }] = await Promise.all([client.list(pipeline), client.list(app)])
  let removed = 0
  for (const kind of [pod, secret, configMap, networkPolicy, persistentVolumeClaim] as unknown as Definition[]) {
    const { items } = await client.list(kind, { namespace: buildNamespace })
    for (const one of leftovers(items, { pipelines, apps }, { now, cacheDays: settings.cacheDays })) {
      try {
        await client.remove(kind, one.metadata)
        removed++
      } catch (error) {
        if (!isReason(error, 'NotFound')) throw error
      }
    }
  }
  return removed + (await sweepKeys(client, apps))
}

/** Keys of apps that are gone. */
async function sweepKeys(client: Client, apps: readonly Labelled[]): Promise<number> {
  const uids = new Set(apps.map(({ metadata }) => (metadata.uid ?? '').replaceAll('-', '')))
  const { items } = await client.list(secret, { namespace: systemNamespace, labels: appLabel })
  const gone = items.filter(({ metadata }) => {
    const uid = /^repository-key-(.+)$/.exec(metadata.name)?.[1]
    return uid !== undefined && !uids.has(uid)
  })
  for (const { metadata } of gone) await client.remove(secret, metadata)
  return gone.length
}

/** Removes layer caches that grew too large or that nobody has used for long; never one of an app that builds now. */
export async function sweepLayers(
  client: Client,
  folder: string,
  { layerCacheBytes, cacheDays }: Pick<BuildSettings, 'layerCacheBytes' | 'cacheDays'>,
  now: Date,
): Promise<string[]> {
  const { items } = await client.list(pipeline)
  const busy = new Set(
    items.filter((one) => !hasEnded(one)).map(({ metadata, spec }) => `${metadata.namespace}/${spec.app}`),
  )
  const removed: string[] = []
  for (const project of await foldersIn(folder)) {
    if (project.startsWith('.')) continue
    for (const name of await foldersIn(join(folder, project))) {
      if (busy.has(`${project}/${name}`)) continue
      const path = join(folder, project, name)
      const { mtimeMs } = await stat(join(path, 'storage/overlay-images')).catch(() => ({ mtimeMs: now.getTime() })) // nothing was built yet
      const isOld = now.getTime() - mtimeMs > cacheDays * dayMs
      if (!isOld && (await sizeOf(path)) <= layerCacheBytes) continue
      await rm(path, { recursive: true, force: true })
      removed.push(`${project}/${name}`)
    }
  }
  return removed
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    return (await readdir(path, { withFileTypes: true })).filter((one) => one.isDirectory()).map(({ name }) => name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function sizeOf(path: string): Promise<number> {
  const { stdout } = await run('nice', ['-n', '19', 'du', '-sxB1', path])
  return Number.parseInt(stdout, 10) || 0
}
