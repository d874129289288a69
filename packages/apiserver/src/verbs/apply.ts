import { StatusError } from '@sampan/resources/errors'
import type { Context } from '../context.ts'
import type { Answer, Call } from '../handlers.ts'
import type { OneTarget } from '../target.ts'

export async function apply(_context: Context, _target: OneTarget, _call: Call): Promise<Answer> {
  throw new StatusError('UnsupportedMediaType', 'server-side apply is not served')
}
