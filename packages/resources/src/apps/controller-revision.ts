import type { V1ControllerRevision } from '@kubernetes/client-node'
import { age } from '../columns.ts'
import { defineResource } from '../define.ts'
import type { BuiltIn } from '../meta.ts'
import { controllerOf } from '../owners.ts'
import { revisionProblems } from './workload-validation.ts'

export type ControllerRevision = BuiltIn<V1ControllerRevision>

export const controllerRevision = defineResource<ControllerRevision>({
  group: 'apps',
  version: 'v1',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  scope: 'Namespaced',
  hasStatus: false,
  hasGeneration: false,
  columns: [
    {
      name: 'Controller',
      value: (one) => {
        const owner = controllerOf(one)
        if (!owner) return '<none>'
        const [group] = owner.apiVersion?.includes('/') ? owner.apiVersion.split('/') : ['']
        return `${owner.kind?.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`
      },
    },
    { name: 'Revision', value: (one) => String(one.revision) },
    age,
  ],
  validate: (one, old) => [...revisionProblems(one, old)],
})
