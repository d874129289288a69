import { createHash } from 'node:crypto'
import type { Client } from '@sampan/client/client'
import { type Secret, secret } from '@sampan/resources/core/secret'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { appLabel, projectLabel } from '../labels.ts'

/** On Secrets in a project's home namespace: values that steps get by `from_secret`. */
export const pipelineSecretLabel = 'sampan.dev/pipeline-secret'
const nameAnnotation = 'sampan.dev/secret-name'
const pullRequestAnnotation = 'sampan.dev/pull-requests'

/** Whose secret: an app's, or all apps' of a project. */
export interface Holder {
  project: string
  app?: string
}

/** What may be said about a secret: everything but its value. */
export interface PipelineSecret extends Holder {
  name: string
  /** Runs of pull requests get it too; those from forks never do. */
  pullRequests: boolean
  createdAt?: string
}

/** Largest value of one secret, in bytes. */
export const largestSecret = 64 * 1024

const objectName = ({ app }: Holder, name: string) =>
  `pipeline-secret-${createHash('sha256')
    .update(`${app ?? ''}/${name.toLowerCase()}`)
    .digest('hex')
    .slice(0, 20)}`

const infoOf = ({ metadata }: Secret): PipelineSecret => ({
  project: metadata.namespace ?? '',
  ...(metadata.labels?.[appLabel] && { app: metadata.labels[appLabel] }),
  name: metadata.annotations?.[nameAnnotation] ?? metadata.name,
  pullRequests: metadata.annotations?.[pullRequestAnnotation] === 'true',
  ...(metadata.creationTimestamp && { createdAt: metadata.creationTimestamp }),
})

const objectsOf = async (client: Client, { project, app }: Holder): Promise<Secret[]> => {
  const labels = `${pipelineSecretLabel}=true,${app ? `${appLabel}=${app}` : `!${appLabel}`}`
  return (await client.list(secret, { namespace: project, labels })).items
}

/** The secrets of an app, or, without an app, those of the project itself. Names compare without case. */
export async function pipelineSecrets(client: Client, holder: Holder): Promise<PipelineSecret[]> {
  return (await objectsOf(client, holder)).map(infoOf).toSorted((a, b) => a.name.localeCompare(b.name))
}

export const findPipelineSecret = async (client: Client, holder: Holder, name: string) => {
  const found = await client.find(secret, { namespace: holder.project, name: objectName(holder, name) })
  return found && infoOf(found)
}

/** Makes or replaces a secret; without a value only what is said about it. Throws NotFound and Invalid. */
export async function setPipelineSecret(
  client: Client,
  holder: Holder,
  given: { name: string; value?: string; pullRequests?: boolean },
): Promise<PipelineSecret> {
  const { name, value, pullRequests } = given
  if (!/^[^\s/\\]{1,100}$/.test(name)) {
    throw new StatusError('Invalid', 'A secret needs a name of 1 to 100 letters, without blanks and slashes.')
  }
  if (value !== undefined && Buffer.byteLength(value) > largestSecret) {
    throw new StatusError('Invalid', `The value of ${name} is larger than ${largestSecret / 1024} KiB.`)
  }
  const at = { namespace: holder.project, name: objectName(holder, name) }
  const before = await client.find(secret, at)
  if (!before && value === undefined) {
    throw new StatusError('NotFound', `There is no secret ${name}: give it a value to make it.`)
  }
  const pulls = pullRequests ?? (before ? infoOf(before).pullRequests : false)
  // An app made later under the name of one that was removed starts without its secrets.
  const owner = holder.app ? await client.find(app, { namespace: holder.project, name: holder.app }) : undefined
  const { uid = '', name: ownerName = '' } = owner?.metadata ?? {}
  const reference = { apiVersion: 'sampan.dev/v1', kind: 'App', name: ownerName, uid, blockOwnerDeletion: false }
  const object = {
    metadata: {
      ...at,
      ...(owner && { ownerReferences: [reference] }),
      labels: {
        [pipelineSecretLabel]: 'true',
        [projectLabel]: holder.project,
        ...(holder.app && { [appLabel]: holder.app }),
      },
      annotations: { [nameAnnotation]: name, [pullRequestAnnotation]: String(pulls) },
    },
    type: 'Opaque',
    data: value === undefined ? before!.data : { value: Buffer.from(value).toString('base64') },
  }
  return infoOf(
    before
      ? await client.update(secret, { ...before, ...object, metadata: { ...before.metadata, ...object.metadata } })
      : await client.create(secret, object),
  )
}

/** Throws NotFound when there is none. */
export async function removePipelineSecret(client: Client, holder: Holder, name: string): Promise<void> {
  const found = await findPipelineSecret(client, holder, name)
  if (!found) throw new StatusError('NotFound', `There is no secret ${name}: see "sampan secrets".`)
  await client.remove(secret, { namespace: holder.project, name: objectName(holder, name) })
}

/** What a run may know. */
export interface Reader extends Required<Holder> {
  /** A pull request's run, and whether it comes from a fork. */
  pullRequest?: { fork: boolean }
}

export interface Values {
  /** By lower-case name. */
  found: ReadonlyMap<string, string>
  /** Lower-case names that exist but are kept from this run. */
  withheld: ReadonlySet<string>
}

/** Every value a run may use: the project's, overridden by the app's own. */
export async function valuesFor(client: Client, { project, app, pullRequest }: Reader): Promise<Values> {
  const found = new Map<string, string>()
  const withheld = new Set<string>()
  for (const holder of [{ project }, { project, app }]) {
    for (const one of await objectsOf(client, holder)) {
      const { name, pullRequests } = infoOf(one)
      const key = name.toLowerCase()
      if (pullRequest && (pullRequest.fork || !pullRequests)) withheld.add(key)
      else found.set(key, Buffer.from(one.data?.value ?? '', 'base64').toString('utf8'))
    }
  }
  // What an app keeps to itself is not answered by the project's secret of that name.
  for (const key of withheld) found.delete(key)
  return { found, withheld }
}
