import { createRequire } from 'node:module'
import { milliOf, quantityOfBytes, quantityOfMilli, unitsOf } from '@sampan/kit/quantity'
import type { AppParameters } from '@sampan/resources/sampan/app'
import type { Liquid } from 'liquidjs'
import { canonical, portOf } from '../apps/parameters.ts'
import { pullSecretName } from '../config.ts'
import { appLabel, environmentLabel, projectLabel, releaseLabel } from '../labels.ts'
import { type Document, documentsFrom, TemplateError, yamlFrom } from './documents.ts'
import { podTemplateOf, refusals } from './guard.ts'

export interface RenderInput {
  app: string
  project: string
  environment: { name: string; namespace: string; domain: string; env?: Record<string, string> }
  number: number
  image: string
  exposedPort?: number
  /** Text of the service type. */
  template: string
  parameters: AppParameters
  /** What is there of the release before, so that unchanged pods are not restarted. */
  before?: string
}

export interface Rendered {
  documents: Document[]
  yaml: string
  hosts: string[]
}

/** Loaded when the first release is made: a platform that only watches over what runs does without its memory. */
const load = createRequire(import.meta.url)
let engine: Liquid | undefined

function liquid(): Liquid {
  if (engine) return engine
  const { Liquid } = load('liquidjs') as typeof import('liquidjs')
  engine = new Liquid({
    outputEscape: 'json',
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    // In-memory templates only: `include` and `render` must not read files of the server.
    templates: {},
    parseLimit: 1e6,
    renderLimit: 2000,
    memoryLimit: 1e7,
  })
  return engine
}

/**
 * The objects of a release in one environment. Pure: the same input gives the same text. Throws TemplateError with a
 * sentence for the user when the template cannot be filled in or holds what an app may not have.
 */
export function renderRelease(input: RenderInput): Rendered {
  const hosts = hostsOf(input)
  const filled = documentsFrom(fill(input, hosts))
  if (filled.length === 0) throw new TemplateError('The service type makes no objects; add at least a Deployment.')
  const documents = decorated(filled, input, podReleaseOf(filled, input))
  const [refusal] = refusals(documents, input.environment.namespace)
  if (refusal) throw new TemplateError(refusal)
  return { documents, yaml: yamlFrom(documents), hosts: routedHosts(documents, hosts) }
}

/** `<app>-<environment>.<domain>` first, then what the app asks for besides. */
export function hostsOf({ app, environment, parameters }: Pick<RenderInput, 'app' | 'environment' | 'parameters'>) {
  if (parameters.route?.disabled) return []
  return [...new Set([`${app}-${environment.name}.${environment.domain}`, ...(parameters.route?.hosts ?? [])])]
}

function fill(input: RenderInput, hosts: readonly string[]): string {
  const { parameters, environment } = input
  const port = portOf(parameters, input.exposedPort)
  const { PORT: _, ...env } = { ...parameters.env, ...environment.env }
  try {
    return liquid().parseAndRenderSync(input.template, {
      app: input.app,
      project: input.project,
      environment: environment.name,
      namespace: environment.namespace,
      release: input.number,
      image: input.image,
      port,
      replicas: parameters.replicas,
      cpu: parameters.cpu,
      memory: parameters.memory,
      // Limits are what one instance may take; the scheduler reserves less, so that small machines hold many apps.
      cpuRequest: quantityOfMilli(Math.ceil(milliOf(parameters.cpu) / 10)),
      memoryRequest: quantityOfBytes(Math.ceil(unitsOf(parameters.memory) / 2)),
      // PORT is where we look for the app: there is only one truth about it.
      env: [
        ...Object.entries({ PORT: String(port), ...env }).map(([name, value]) => ({ name, value })),
        ...about(input).filter(({ name }) => !(name in env)),
      ],
      envFrom: sourcesOf(parameters),
      command: parameters.command ?? null,
      args: parameters.args ?? null,
      hosts,
      path: parameters.route?.path ?? '/',
      pullSecret: pullSecretName,
      selector: selectorOf(input),
      more: parameters.more ?? {},
    }) as string
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw new TemplateError(`The service type cannot be filled in: ${error.message.split('\n')[0]}.`, { cause: error })
  }
}

/** Variables by the entries of objects that are there; a stated variable stands before one of these. null: none are wanted. */
function sourcesOf({ secrets = [], configs = [] }: AppParameters) {
  const sources = [
    ...configs.map((name) => ({ configMapRef: { name } })),
    ...secrets.map((name) => ({ secretRef: { name } })),
  ]
  return sources.length > 0 ? sources : null
}

/** What a program may want to know of itself. The release comes from the label, so that it is no change of the pod. */
const about = ({ app, project, environment }: RenderInput) => [
  { name: 'SAMPAN_PROJECT', value: project },
  { name: 'SAMPAN_APP', value: app },
  { name: 'SAMPAN_ENVIRONMENT', value: environment.name },
  { name: 'SAMPAN_RELEASE', valueFrom: { fieldRef: { fieldPath: `metadata.labels['${releaseLabel}']` } } },
]

/** What never changes in the life of an app: Deployments may not change their selector. */
const selectorOf = ({ app, environment }: Pick<RenderInput, 'app' | 'environment'>) => ({
  [appLabel]: app,
  [environmentLabel]: environment.name,
})

const labelsOf = (input: RenderInput) => ({
  'app.kubernetes.io/name': input.app,
  'app.kubernetes.io/instance': `${input.app}-${input.environment.name}`,
  'app.kubernetes.io/managed-by': 'sampan',
  [projectLabel]: input.project,
  ...selectorOf(input),
})

function decorated(documents: readonly Document[], input: RenderInput, podRelease: number): Document[] {
  return documents.map((given) => {
    const one = structuredClone(given)
    one.metadata.namespace ??= input.environment.namespace
    one.metadata.labels = { ...one.metadata.labels, ...labelsOf(input), [releaseLabel]: String(input.number) }
    const template = podTemplateOf(one)
    if (template) {
      template.metadata = {
        ...template.metadata,
        labels: { ...template.metadata?.labels, ...labelsOf(input), [releaseLabel]: String(podRelease) },
      }
    }
    return one
  })
}

/** The number pods carry: the one of the release before as long as nothing in the pods themselves differs. */
function podReleaseOf(documents: readonly Document[], input: RenderInput): number {
  if (!input.before) return input.number
  const before = documentsFrom(input.before)
  const carried = podReleaseIn(before)
  if (carried === undefined) return input.number
  const templates = (all: readonly Document[]) =>
    canonical(all.flatMap((one) => (podTemplateOf(one) ? [[one.kind, one.metadata.name, podTemplateOf(one)]] : [])))
  return templates(decorated(documents, input, carried)) === templates(before) ? carried : input.number
}

/** The release whose pods these documents make. */
export function podReleaseIn(documents: readonly Document[]): number | undefined {
  const labels = documents.map((one) => podTemplateOf(one)?.metadata?.labels?.[releaseLabel])
  const found = labels.find((label) => label !== undefined)
  return found === undefined ? undefined : Number(found)
}

/** Only what an Ingress really routes counts as a host of the release. */
function routedHosts(documents: readonly Document[], hosts: readonly string[]): string[] {
  const rules = documents.flatMap((one) =>
    one.kind === 'Ingress' ? ((one.spec?.rules as { host?: string }[] | undefined) ?? []) : [],
  )
  const routed = [...new Set(rules.flatMap((rule) => (rule.host ? [rule.host] : [])))]
  // The generated name stays first: it becomes the URL.
  return routed.toSorted((a, b) => rank(hosts, a) - rank(hosts, b))
}

const rank = (hosts: readonly string[], host: string) => {
  const at = hosts.indexOf(host)
  return at < 0 ? hosts.length : at
}
