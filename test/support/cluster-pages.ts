import type { ConsolePage } from './console-pages.ts'

interface Place {
  project: string
  app: string
  /** The name of one of its pods. */
  pod: string
  node: string
}

/** Every page of the cluster and of its objects, and the parts of a project that are made of them. */
export function clusterPages({ project, app, pod, node }: Place): ConsolePage[] {
  const space = `${project}-test`
  const kinds = '/cluster/kinds'
  return [
    { name: 'nodes', path: '/cluster/nodes', ready: 'article .share' },
    { name: 'node', path: `${kinds}/nodes/-/${node}`, ready: '.table-row' },
    { name: 'workloads', path: '/cluster/workloads', ready: '.table-row' },
    { name: 'deployments', path: '/cluster/workloads?kind=deployments.apps', ready: '.table-row' },
    { name: 'events', path: '/cluster/events', ready: '.event-line, .empty' },
    { name: 'storage', path: '/cluster/storage', ready: '.table-row, .empty' },
    {
      name: 'storage-classes',
      path: '/cluster/storage?kind=storageclasses.storage.k8s.io',
      ready: '.table-row, .empty',
    },
    { name: 'kinds', path: kinds, ready: '.kind' },
    { name: 'kind', path: `${kinds}/apps.sampan.dev?ns=${project}`, ready: '.table-row' },
    { name: 'object', path: `${kinds}/deployments.apps/${space}/${app}`, ready: '.tree' },
    { name: 'object-yaml', path: `${kinds}/deployments.apps/${space}/${app}?tab=yaml`, ready: '.cm-line' },
    { name: 'pod', path: `${kinds}/pods/${space}/${pod}`, ready: '.tree' },
    { name: 'pod-logs', path: `${kinds}/pods/${space}/${pod}?tab=logs`, ready: '.log' },
    { name: 'pod-terminal', path: `${kinds}/pods/${space}/${pod}?tab=terminal`, ready: '[data-state=open]' },
    { name: 'secret', path: `${kinds}/secrets/${space}/sampan-registry`, ready: '.event-line' },
    { name: 'gone', path: `${kinds}/pods/${space}/no-such-pod`, ready: '.empty' },
    { name: 'create', path: `/cluster/create?kind=deployments.apps&ns=${space}`, ready: '.cm-line' },
    { name: 'topology', path: `/projects/${project}?view=graph`, ready: '.topology-node' },
    { name: 'topology-list', path: `/projects/${project}?view=list`, ready: '.topology-node' },
    {
      name: 'topology-panel',
      path: `/projects/${project}?view=list&node=Deployment/${space}/${app}`,
      ready: '[role=dialog] dl',
    },
    { name: 'app-terminal', path: `/projects/${project}/apps/${app}/terminal`, ready: '[data-state=open]' },
    { name: 'config-maps', path: `/projects/${project}/config?tab=maps`, ready: '.table-row, .empty' },
  ]
}
