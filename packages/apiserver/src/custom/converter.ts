import { randomUUID } from 'node:crypto'
import { StatusError } from '@sampan/resources/errors'
import type { KubeObject } from '@sampan/resources/meta'
import { placeOf, post, shownUrl } from '../admission/webhooks/reach.ts'
import type { Objects } from '../objects.ts'
import { prune } from '../prune.ts'
import type { Convert } from '../served.ts'
import type { Crd } from './custom-definition.ts'

const timeoutMs = 30_000

interface Review {
  kind?: string
  response?: {
    uid?: string
    convertedObjects?: KubeObject[]
    result?: { status?: string; message?: string }
  }
}

/** Asks a definition's conversion webhook (ConversionReview, apiextensions.k8s.io/v1), once for any number of objects. */
export function converter(crd: Crd, objects: Objects): Convert {
  const { group, names, versions, conversion } = crd.spec
  const { clientConfig } = conversion!.webhook!
  return async (from, apiVersion) => {
    const schema = versions.find(({ name }) => `${group}/${name}` === apiVersion)?.schema?.openAPIV3Schema
    try {
      const made = await ask(from, apiVersion)
      for (const one of made) if (schema) prune(schema, one)
      return made
    } catch (cause) {
      const what = `${from[0]!.apiVersion}, Kind=${names.kind}`
      throw new StatusError(
        'InternalError',
        `conversion webhook for ${what} failed: ${(cause as Error).message}`,
        undefined,
        {
          cause,
        },
      )
    }
  }

  async function ask(from: readonly KubeObject[], apiVersion: string): Promise<KubeObject[]> {
    const uid = randomUUID()
    const place = placeOf(clientConfig, objects)
    place.url.searchParams.set('timeout', `${timeoutMs / 1000}s`)
    const body = JSON.stringify({
      kind: 'ConversionReview',
      apiVersion: 'apiextensions.k8s.io/v1',
      request: { uid, desiredAPIVersion: apiVersion, objects: from },
      response: null,
    })
    const text = await called(shownUrl(clientConfig, timeoutMs / 1000), () =>
      post(clientConfig, place, body, AbortSignal.timeout(timeoutMs)),
    )
    const { kind, response } = JSON.parse(text) as Review
    if (kind !== 'ConversionReview' || !response)
      throw new Error('invalid response: expected a ConversionReview with a response')
    if (response.uid !== uid) throw new Error(`invalid response: expected response.uid="${uid}", got "${response.uid}"`)
    if (response.result?.status !== 'Success') throw new Error(response.result?.message || 'conversion failed')
    const { convertedObjects = [] } = response
    if (convertedObjects.length !== from.length)
      throw new Error(`invalid response: expected ${from.length} converted objects, got ${convertedObjects.length}`)
    return convertedObjects.map((made, index) => checked(made, from[index]!, apiVersion))
  }
}

async function called(url: string, send: () => Promise<string>): Promise<string> {
  try {
    return await send()
  } catch (cause) {
    throw new Error(`Post ${JSON.stringify(url)}: ${(cause as Error).message}`, { cause })
  }
}

/** A conversion changes the contents and may change labels and annotations; all else of an object's identity stays. */
function checked(made: KubeObject, from: KubeObject, apiVersion: string): KubeObject {
  const refuse = (why: string): never => {
    throw new Error(`invalid converted object: ${why}`)
  }
  if (made?.apiVersion !== apiVersion) refuse(`expected apiVersion ${apiVersion}, got ${made?.apiVersion}`)
  if (made.kind !== from.kind) refuse(`expected kind ${from.kind}, got ${made.kind}`)
  for (const field of ['name', 'namespace', 'uid'] as const)
    if (made.metadata?.[field] !== from.metadata[field])
      refuse(`must have the same ${field}: ${made.metadata?.[field]} != ${from.metadata[field]}`)
  const { labels, annotations } = made.metadata
  const { labels: _, annotations: __, ...rest } = from.metadata
  return { ...made, metadata: { ...rest, ...(labels && { labels }), ...(annotations && { annotations }) } }
}
