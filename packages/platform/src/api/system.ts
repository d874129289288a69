import { statfs } from 'node:fs/promises'
import { answer, text } from '@sampan/http/answer'
import { route } from '@sampan/http/route'
import { node } from '@sampan/resources/core/node'
import { isReady, pod } from '@sampan/resources/core/pod'
import { systemNamespace } from '../config.ts'
import { type ApiContext, all } from './context.ts'

export function systemRoutes(context: ApiContext) {
  const { config, version, metrics } = context
  return [
    route({
      method: 'GET',
      path: '/api/version',
      allow: { anyone: 'a version is no secret, and the login page shows it' },
      handle: () => ({ version, domain: config.domain }),
    }),
    route({
      method: 'GET',
      path: '/api/system',
      allow: { verb: 'list', on: node },
      async handle({ api }) {
        const [{ items: nodes }, disk] = await Promise.all([api.list(node), statfs(config.home)])
        return {
          version,
          instance: config.name,
          components: [
            { name: 'platform', version, ready: true, rssBytes: process.memoryUsage.rss() },
            ...all(context, pod, systemNamespace).map((one) => ({
              name: one.metadata.name,
              version: one.spec.containers[0]?.image,
              ready: isReady(one),
            })),
          ],
          nodes: nodes.map(({ metadata, status }) => ({
            name: metadata.name,
            ready: status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') ?? false,
            version: status?.nodeInfo?.kubeletVersion,
            runtime: status?.nodeInfo?.containerRuntimeVersion,
            system: status?.nodeInfo?.osImage,
            capacity: status?.capacity,
          })),
          disk: { totalBytes: disk.blocks * disk.bsize, freeBytes: disk.bavail * disk.bsize },
        }
      },
    }),
    route({
      method: 'GET',
      path: '/healthz',
      allow: { anyone: 'supervisors and load balancers ask without credentials' },
      // Only about this process: a Kubernetes API that is away is no reason to restart the platform.
      handle: () => text('ok'),
    }),
    route({
      method: 'GET',
      path: '/metrics',
      allow: { anyone: 'counts and times of the platform itself; Prometheus asks without credentials' },
      handle: () => answer({ headers: { 'content-type': 'text/plain; version=0.0.4' }, body: metrics.text() }),
    }),
  ]
}
