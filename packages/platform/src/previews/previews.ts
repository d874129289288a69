import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@sampan/client/client'
import { isReason, StatusError } from '@sampan/resources/errors'
import type { App } from '@sampan/resources/sampan/app'
import { type Environment, environment } from '@sampan/resources/sampan/environment'
import type { Arrival } from '../sources/intake.ts'

/** What nobody pushed to for so long is removed, where the app states nothing else. */
export const defaultMaxAgeHours = 14 * 24
/** Behind every environment on the way to production. */
const previewOrder = 1000

export interface PreviewOptions {
  client: Client
  now: () => Date
}

/** The preview environment of a ref, made when there is none; its time begins anew. */
export async function ensurePreview(
  { client, now }: PreviewOptions,
  app: App,
  { commit, pullRequest }: Pick<Arrival, 'commit' | 'pullRequest'>,
): Promise<Environment> {
  const { namespace = '', name, uid = '' } = app.metadata
  const hours = app.spec.previews?.maxAgeHours ?? defaultMaxAgeHours
  const until = `${new Date(now().getTime() + hours * 3600_000).toISOString().slice(0, 19)}Z`
  const preview = {
    app: name,
    ref: commit.ref,
    ...(pullRequest && { pullRequest: pullRequest.number }),
    until,
  }
  for (let tries = 0; ; tries++) {
    const all = (await client.list(environment, { namespace })).items
    const known = all.find((one) => isOf(one, app, commit.ref) && !one.metadata.deletionTimestamp)
    if (known) return client.patch(environment, { namespace, name: known.metadata.name }, { spec: { preview } })
    const free = previewNames(app, commit.ref, pullRequest?.number).find(
      (one) => !all.some(({ metadata }) => metadata.name === one),
    )
    if (!free && tries >= 60) {
      throw new StatusError('Conflict', `The preview of ${commit.ref} is still being removed: push again in a moment.`)
    }
    try {
      if (free) {
        return await client.create(environment, {
          metadata: {
            name: free,
            namespace,
            ownerReferences: [{ apiVersion: 'sampan.dev/v1', kind: 'App', name, uid, blockOwnerDeletion: false }],
          },
          spec: { cluster: 'local', order: previewOrder, policy: 'automatic', preview },
        })
      }
      await wait(1000)
    } catch (error) {
      if (!isReason(error, 'AlreadyExists')) throw error
    }
  }
}

/** Its pull request or branch is gone: so is its preview. */
export async function dropPreview({ client }: Pick<PreviewOptions, 'client'>, app: App, ref: string): Promise<void> {
  const { namespace = '' } = app.metadata
  for (const one of (await client.list(environment, { namespace })).items) {
    if (!isOf(one, app, ref) || one.metadata.deletionTimestamp) continue
    try {
      await client.remove(environment, { namespace, name: one.metadata.name })
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error
    }
  }
}

export const isOf = ({ spec }: Environment, app: App, ref: string) =>
  spec.preview?.app === app.metadata.name && spec.preview.ref === ref

/** `pr-7` or `preview-<branch>`, and what stands in when another app or ref of the project has that name. */
export function previewNames(app: App, ref: string, pullRequest?: number): string[] {
  const branch = ref.replace(/^refs\/(heads\/)?/, '')
  const plain = pullRequest ? `pr-${pullRequest}` : shortened(`preview-${branch}`)
  const mark = createHash('sha256').update(`${app.metadata.name}\0${ref}`).digest('hex').slice(0, 4)
  return [plain, shortened(`${plain}-${app.metadata.name}`), `${shortened(plain, 25)}-${mark}`]
}

/** As names of environments have to be: they become part of host names. */
const shortened = (text: string, most = 30) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, most)
    .replace(/-+$/, '')
