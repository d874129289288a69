import type { IncomingMessage } from 'node:http'
import { answer, json } from '@sampan/http/answer'
import { readBytes } from '@sampan/http/body'
import { type Method, route } from '@sampan/http/route'
import { StatusError } from '@sampan/resources/errors'

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const bodyLimit = 3 * 1024 * 1024

/** The Kubernetes API as the signed-in user (impersonation): RBAC decides, watches and logs stream through. */
export const kubeRoutes = () =>
  methods.map((method) =>
    route({
      method,
      path: '/kube/*rest',
      allow: 'signed-in',
      async handle({ request, api, signal }) {
        const body = method === 'GET' ? undefined : await readBytes(request, bodyLimit)
        try {
          const { status, headers, bytes } = await api.raw({
            method,
            path: pathOf(request),
            headers: passedOn(request),
            ...(body && body.length > 0 && { body }),
            signal,
          })
          return answer({
            status,
            headers: { 'content-type': headers['content-type'] ?? 'application/json', 'x-accel-buffering': 'no' },
            body: bytes(),
          })
        } catch (error) {
          // As Kubernetes itself answers: clients look for a Status.
          if (error instanceof StatusError) return json(error.status(), { status: error.code })
          throw error
        }
      },
    }),
  )

/** The path behind `/kube`, made plain as the router read it. */
function pathOf({ url = '' }: IncomingMessage): string {
  const { pathname, search } = new URL(url, 'http://local')
  return pathname.slice('/kube'.length) + search
}

/** What the API server has to know; never the caller's credentials nor an impersonation of their own. */
function passedOn({ headers }: IncomingMessage): Record<string, string> {
  const names = ['accept', 'content-type'] as const
  return Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])))
}
