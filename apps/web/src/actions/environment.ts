import { PlusIcon, TrashIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { platform } from '../data/platform.ts'

export interface EnvironmentTarget {
  project: string
  environment: string
}

const right =
  (verb: string) =>
  ({ project }: { project: string }) => ({
    verb,
    group: 'sampan.dev',
    resource: 'environments',
    namespace: project,
  })

export const newEnvironment: Action<{ project: string }> = {
  id: 'environment.new',
  label: 'project.environment',
  icon: PlusIcon,
  right: right('create'),
  run: (target, { open }) => open(() => import('../pages/project/new-environment.tsx'), target),
}

export const removeEnvironment: Action<EnvironmentTarget> = {
  id: 'environment.remove',
  label: 'project.environmentRemove',
  icon: TrashIcon,
  isDangerous: true,
  right: right('delete'),
  question: ({ environment }) => ({
    title: { key: 'project.environmentRemove' },
    text: { key: 'project.environmentRemoveAsk', values: { name: environment } },
    typed: environment,
  }),
  run: ({ project, environment }) => platform.removeEnvironment(project, environment),
}
