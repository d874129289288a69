import { manyStreams } from '@sampan/http/many-streams'
import { socketRoute } from '@sampan/http/route'
import { badRequest } from '@sampan/resources/errors'

/** All watches of a console page over one connection: each path is a GET of the Kubernetes API as the signed-in user. */
export const streamSocket = () =>
  socketRoute({
    path: '/api/streams',
    allow: 'signed-in',
    handle: ({ api, ...call }) =>
      manyStreams(call, async (path, { accept, signal }) => {
        if (!/^\/apis?\//.test(path)) throw badRequest(`${path} is no path of the Kubernetes API.`)
        const { bytes } = await api.raw({ method: 'GET', path, headers: accept ? { accept } : {}, signal })
        return bytes()
      }),
  })
