import type { V1PodTemplate } from '@kubernetes/client-node'
import { labelsText } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { defaultPodTemplate } from './pod-defaults.ts'
import { podTemplateProblems } from './pod-validation.ts'

export type PodTemplate = BuiltIn<V1PodTemplate>

export const podTemplate = defineResource<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: true,
  answersDeleted: true,
  defaults: (one) => defaultPodTemplate(one.template),
  columns: [
    { name: 'Containers', value: (one) => one.template?.spec?.containers?.map(({ name }) => name).join(',') },
    { name: 'Images', value: (one) => one.template?.spec?.containers?.map(({ image = '' }) => image).join(',') },
    { name: 'Pod Labels', value: (one) => labelsText(one.template?.metadata?.labels) },
  ],
  validate: (one) => [...podTemplateProblems('template', one.template)],
})
