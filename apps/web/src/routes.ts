import type { ComponentType } from 'react'
import { loadAgain } from './data/load-again.ts'
import { paramsOf } from './data/route-match.ts'

/** A page: its address and where its code is. Every page is loaded when it is first asked for. */
export interface PageRoute {
  path: string
  /** `Page` gets the parameters of the address as its properties. */
  // biome-ignore lint/suspicious/noExplicitAny: each page names its own parameters
  load: () => Promise<{ Page: ComponentType<any> }>
}

/** Every address of the console; the first that fits is taken. */
export const routes: readonly PageRoute[] = [
  { path: '/cluster/nodes', load: () => import('./pages/cluster/nodes.tsx') },
  { path: '/cluster/workloads', load: () => import('./pages/cluster/workloads.tsx') },
  { path: '/cluster/events', load: () => import('./pages/cluster/events.tsx') },
  { path: '/cluster/storage', load: () => import('./pages/cluster/storage.tsx') },
  { path: '/cluster/create', load: () => import('./pages/cluster/create.tsx') },
  { path: '/cluster/kinds', load: () => import('./pages/cluster/kinds.tsx') },
  { path: '/cluster/kinds/:kind', load: () => import('./pages/cluster/kind.tsx') },
  { path: '/cluster/kinds/:kind/:namespace/:name', load: () => import('./pages/cluster/object.tsx') },
  { path: '/', load: () => import('./pages/home/page.tsx') },
  { path: '/projects/:project', load: () => import('./pages/project/page.tsx') },
  { path: '/projects/:project/add', load: () => import('./pages/add/page.tsx') },
  { path: '/projects/:project/add/:way', load: () => import('./pages/add/page.tsx') },
  { path: '/projects/:project/config', load: () => import('./pages/config/page.tsx') },
  { path: '/projects/:project/settings', load: () => import('./pages/project/settings.tsx') },
  { path: '/projects/:project/pipelines', load: () => import('./pages/pipelines/page.tsx') },
  { path: '/projects/:project/pipelines/:pipeline', load: () => import('./pages/pipelines/run.tsx') },
  { path: '/projects/:project/apps/:app', load: () => import('./pages/app/page.tsx') },
  { path: '/projects/:project/apps/:app/:tab', load: () => import('./pages/app/page.tsx') },
  { path: '/platform', load: () => import('./pages/platform/page.tsx') },
  { path: '/platform/:tab', load: () => import('./pages/platform/page.tsx') },
  { path: '/account', load: () => import('./pages/account/page.tsx') },
]

export interface Place {
  route: PageRoute
  params: Record<string, string>
}

/** The page of an address; undefined when there is none. */
export function placeOf(path: string): Place | undefined {
  for (const route of routes) {
    const params = paramsOf(route.path, path)
    if (params) return { route, params }
  }
  return undefined
}

// biome-ignore lint/suspicious/noExplicitAny: as above
type Code = Promise<{ Page: ComponentType<any> }>

const loading = new Map<PageRoute, Code>()

/** The code of a page, asked for once. What is there already is drawn without waiting (`use` reads `status`). */
export function codeOf(route: PageRoute): Code {
  let code = loading.get(route)
  if (!code) {
    const fresh: Code = loadAgain(route.load)
    code = fresh
    loading.set(route, fresh)
    fresh.then(
      (value) => Object.assign(fresh, { status: 'fulfilled', value }),
      // Whoever asks next tries again; this one is told by `use`.
      () => loading.delete(route),
    )
  }
  return code
}
