import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Client } from '@sampan/client/client'
import { type Secret, secret } from '@sampan/resources/core/secret'
import { isReason, StatusError } from '@sampan/resources/errors'
import { systemNamespace } from '../config.ts'
import { appLabel, projectLabel } from '../labels.ts'
import type { AppName } from './repositories.ts'

/** Lets a program fetch, or push to, the repository of one app; its text is shown once and never stored. */
export interface DeployToken {
  id: string
  right: 'read' | 'push'
  title?: string
  by?: string
  createdAt?: string
}

const type = 'sampan.dev/deploy-token'
const form = /^spd_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/
const nameOf = (id: string) => `deploy-token-${id}`
const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')

export const isDeployToken = (text: string) => text.startsWith('spd_')

export async function makeDeployToken(
  client: Client,
  { project, app }: AppName,
  { right, title, by }: Pick<DeployToken, 'right' | 'title' | 'by'>,
): Promise<{ token: string } & DeployToken> {
  const id = randomBytes(8).toString('hex')
  const key = randomBytes(32).toString('base64url')
  const made = await client.create(secret, {
    metadata: {
      name: nameOf(id),
      namespace: systemNamespace,
      labels: { [projectLabel]: project, [appLabel]: app },
      annotations: {
        'sampan.dev/right': right,
        ...(title && { 'sampan.dev/title': title }),
        ...(by && { 'sampan.dev/by': by }),
      },
    },
    type,
    data: { sha256: Buffer.from(hashOf(key)).toString('base64') },
  })
  return { token: `spd_${id}_${key}`, ...tokenFrom(made) }
}

/** The token when its text is genuine and it is for this app. */
export async function checkDeployToken(
  client: Client,
  { project, app }: AppName,
  text: string,
): Promise<DeployToken | undefined> {
  const [, id, key] = form.exec(text) ?? []
  if (!id || !key) return undefined
  const found = await client.find(secret, { namespace: systemNamespace, name: nameOf(id) })
  const { labels } = found?.metadata ?? {}
  if (found?.type !== type || labels?.[projectLabel] !== project || labels[appLabel] !== app) return undefined
  const stored = Buffer.from(found.data?.sha256 ?? '', 'base64')
  const given = Buffer.from(hashOf(key))
  return stored.length === given.length && timingSafeEqual(stored, given) ? tokenFrom(found) : undefined
}

/** Newest first. */
export async function deployTokensOf(client: Client, { project, app }: AppName): Promise<DeployToken[]> {
  const labels = `${projectLabel}=${project},${appLabel}=${app}`
  const { items } = await client.list(secret, { namespace: systemNamespace, labels })
  return items
    .filter((one) => one.type === type)
    .map(tokenFrom)
    .toSorted((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? ''))
}

/** Throws NotFound when the app has no such token. */
export async function revokeDeployToken(client: Client, name: AppName, id: string): Promise<void> {
  const known = await deployTokensOf(client, name)
  if (!known.some((one) => one.id === id)) {
    throw new StatusError('NotFound', `${name.app} has no deploy token "${id}": see its list (sampan tokens).`)
  }
  try {
    await client.remove(secret, { namespace: systemNamespace, name: nameOf(id) })
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error
  }
}

const tokenFrom = ({ metadata }: Secret): DeployToken => ({
  id: metadata.name.slice(nameOf('').length),
  right: metadata.annotations?.['sampan.dev/right'] === 'push' ? 'push' : 'read',
  title: metadata.annotations?.['sampan.dev/title'],
  by: metadata.annotations?.['sampan.dev/by'],
  createdAt: metadata.creationTimestamp,
})
