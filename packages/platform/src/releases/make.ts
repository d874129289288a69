import type { App } from '@sampan/resources/sampan/app'
import type { Environment } from '@sampan/resources/sampan/environment'
import type { Release } from '@sampan/resources/sampan/release'
import type { Wanted } from '../apps/next-release.ts'
import { parameterProblems } from '../apps/parameters.ts'
import { appLabel, projectLabel } from '../labels.ts'
import { inEnvironment, releaseName } from '../rollouts/history.ts'
import { TemplateError } from './documents.ts'
import { renderRelease } from './render.ts'

export interface MakeInput {
  app: App
  number: number
  wanted: Wanted
  /** Only those that have a namespace and a domain; the others cannot be rendered for yet. */
  environments: readonly Environment[]
  /** Text of the app's service type; undefined when there is no such type. */
  template?: string
  /** The release before. */
  before?: Release
}

/** The Release object, rendered for every environment. Pure. Throws TemplateError with a sentence for the user. */
export function releaseFrom({ app, number, wanted, environments, template, before }: MakeInput): Release {
  const { name, namespace: project = '', uid = '' } = app.metadata
  const { parameters } = app.spec
  const [problem] = parameterProblems(parameters)
  if (problem) throw new TemplateError(problem)
  if (template === undefined) {
    throw new TemplateError(
      `There is no service type "${app.spec.template}": choose web, worker or one your operator made.`,
    )
  }
  const rendered = environments.map((one) => ({
    name: one.metadata.name,
    ...renderRelease({
      app: name,
      project,
      environment: {
        name: one.metadata.name,
        namespace: one.status?.namespace ?? '',
        domain: one.status?.domain ?? '',
        env: one.spec.env,
      },
      number,
      image: wanted.image,
      exposedPort: wanted.exposedPort,
      template,
      parameters,
      before: before && inEnvironment(before, one.metadata.name)?.yaml,
    }),
  }))
  return {
    apiVersion: 'sampan.dev/v1',
    kind: 'Release',
    metadata: {
      name: releaseName(name, number),
      namespace: project,
      labels: { [projectLabel]: project, [appLabel]: name },
      ownerReferences: [{ apiVersion: 'sampan.dev/v1', kind: 'App', name, uid, controller: true }],
    },
    spec: {
      app: name,
      number,
      template: app.spec.template,
      parameters,
      ...wanted,
      environments: rendered.map((one) => ({ name: one.name, yaml: one.yaml, hosts: one.hosts })),
    },
  }
}
