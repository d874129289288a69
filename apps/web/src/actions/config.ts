import { PlusIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import type { ApiKind } from '../data/discovery.ts'

export interface ConfigPlace {
  kind: ApiKind
  namespace: string
}

const newOf = (plural: 'configmaps' | 'secrets', label: Action<ConfigPlace>['label']): Action<ConfigPlace> => ({
  id: `config.new.${plural}`,
  label,
  icon: PlusIcon,
  right: ({ namespace }) => ({ verb: 'create', group: '', resource: plural, namespace }),
  run: (place, { open }) => open(() => import('../pages/config/new.tsx'), place),
})

/** Making a ConfigMap or a Secret, by the plural of its kind. */
export const newConfig: Readonly<Record<string, Action<ConfigPlace>>> = {
  configmaps: newOf('configmaps', 'config.newMap'),
  secrets: newOf('secrets', 'config.newSecret'),
}
