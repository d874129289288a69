import { badRequest } from '@sampan/resources/errors'

/** Where the next page starts, and as of which revision; -1: whatever is newest then. */
export interface Continue {
  revision: number
  after: string
}

export const continueToken = ({ revision, after }: Continue) =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString('base64url')

/** Throws BadRequest for what this server has not given out. */
export function parseContinue(token: string, prefix: string): Continue {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>
    if (Number.isSafeInteger(rv) && typeof start === 'string' && start.startsWith(prefix))
      return { revision: rv as number, after: start }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw badRequest('continue key is not valid: it was not given out by this server for this list')
}
