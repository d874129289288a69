/** Addresses of the console. */
const part = encodeURIComponent

export const projectHref = (project: string) => `/projects/${part(project)}`
export const addHref = (project: string, way?: string) => `${projectHref(project)}/add${way ? `/${way}` : ''}`
export const appHref = (project: string, app: string, tab?: string) =>
  `${projectHref(project)}/apps/${part(app)}${tab && tab !== 'overview' ? `/${tab}` : ''}`
export const pipelineHref = (project: string, pipeline: string) => `${projectHref(project)}/pipelines/${part(pipeline)}`
