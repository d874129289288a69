import { StatusError } from '@sampan/resources/errors'

/** The form an answer is wanted in. All are JSON. */
export type Form =
  | { as: 'object' }
  | { as: 'table'; version: string }
  | { as: 'metadata'; version: string }
  | { as: 'metadataList'; version: string }

const plain: Form = { as: 'object' }
const cache = new Map<string, Form>()

/** The first form of the `Accept` header that is served. Throws NotAcceptable. */
export function formOf(accept: string | undefined): Form {
  if (!accept || accept === 'application/json' || accept === '*/*') return plain
  let form = cache.get(accept)
  if (!form) {
    form = parse(accept)
    if (cache.size < 200) cache.set(accept, form)
  }
  return form
}

function parse(accept: string): Form {
  for (const range of accept.split(',')) {
    const [type, ...rest] = range.split(';').map((part) => part.trim())
    const parameters = new Map(rest.map((part) => part.split('=', 2).map((one) => one.trim()) as [string, string]))
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue
    const as = parameters.get('as')
    if (!as) return plain
    if (parameters.get('g') !== 'meta.k8s.io') continue
    const version = parameters.get('v') ?? 'v1'
    if (version !== 'v1' && version !== 'v1beta1') continue
    if (as === 'Table') return { as: 'table', version }
    if (as === 'PartialObjectMetadata') return { as: 'metadata', version }
    if (as === 'PartialObjectMetadataList') return { as: 'metadataList', version }
  }
  throw notAcceptable()
}

export const notAcceptable = () =>
  new StatusError('NotAcceptable', 'only the following media types are accepted: application/json')
