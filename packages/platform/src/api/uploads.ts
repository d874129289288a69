import { json } from '@sampan/http/answer'
import { readBytes } from '@sampan/http/body'
import { route } from '@sampan/http/route'
import { StatusError } from '@sampan/resources/errors'
import { app } from '@sampan/resources/sampan/app'
import { createPipeline } from '../pipelines/create-pipeline.ts'
import { entriesOf } from '../uploads/archive.ts'
import { commitFiles } from '../uploads/commit.ts'
import { found } from './apps.ts'
import type { ApiContext } from './context.ts'

const most = 200 * 1024 * 1024

/** Code as an archive, for those who have no git at hand: it becomes a commit of the built-in repository, and a run. */
export const uploadRoutes = (context: ApiContext) => [
  route({
    method: 'POST',
    path: '/api/projects/:project/apps/:app/upload',
    allow: { verb: 'update', on: app },
    async handle({ params, user, request }) {
      const { client, repositories, now } = context
      found(context, params)
      const one = await client.get(app, { namespace: params.project, name: params.app })
      const { type, url, branch } = one.spec.source
      if (type !== 'git' || url) {
        throw new StatusError(
          'Conflict',
          `The code of ${params.app} comes from ${url ?? 'an image'}: change its source to the built-in repository first.`,
        )
      }
      const files = entriesOf(await readBytes(request, most))
      const name = { project: params.project, app: params.app }
      const message = `Upload of ${files.length} file${files.length === 1 ? '' : 's'}`
      const author = { name: user.name, message, now: now() }
      const sha = await commitFiles(repositories, name, { branch, files, author })
      const commit = { ...(await repositories.commit(name, sha)), ref: `refs/heads/${branch}` }
      const pipeline = await createPipeline(client, { app: one, event: 'push', branch, commit, by: user.name })
      return json({ pipeline }, { status: 201 })
    },
  }),
]
