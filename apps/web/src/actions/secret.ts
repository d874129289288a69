import { PlusIcon, TrashIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { buildSecrets } from '../data/build-secrets.ts'

const right = (verb: string) => (target: { project: string }) => ({
  verb,
  group: '',
  resource: 'secrets',
  namespace: target.project,
})

export const newSecret: Action<{ project: string }> = {
  id: 'secret.new',
  label: 'config.newSecret',
  icon: PlusIcon,
  right: right('create'),
  run: (target, { open }) => open(() => import('../pages/config/new-secret.tsx'), target),
}

export const removeSecret: Action<{ project: string; name: string }> = {
  id: 'secret.remove',
  label: 'common.delete',
  icon: TrashIcon,
  isDangerous: true,
  right: right('delete'),
  question: ({ name }) => ({
    title: { key: 'config.removeSecret' },
    text: { key: 'config.removeSecretAsk', values: { name } },
  }),
  run: ({ project, name }) => buildSecrets.remove(project, name),
}
