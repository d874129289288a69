import { relayWebSocket } from '@sampan/http/relay-web-socket'
import { socketRoute } from '@sampan/http/route'

/** Terminals and forwarded ports in the browser: `/kube/…/exec` and its like as the signed-in user. */
export const kubeSocket = () =>
  socketRoute({
    path: '/kube/*rest',
    allow: 'signed-in',
    handle: (call) =>
      relayWebSocket(call, (protocols) =>
        call.api.connect({
          method: 'GET',
          path: `/${call.params.rest}${call.query.size > 0 ? `?${call.query}` : ''}`,
          protocols,
          signal: call.signal,
        }),
      ),
  })
