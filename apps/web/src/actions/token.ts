import { PlusIcon, TrashIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { platform } from '../data/platform.ts'

export const newToken: Action<undefined> = {
  id: 'token.new',
  label: 'account.newToken',
  icon: PlusIcon,
  run: (_, { open }) => open(() => import('../pages/account/new-token.tsx'), undefined),
}

export const revokeToken: Action<{ id: string; title: string }> = {
  id: 'token.revoke',
  label: 'account.revoke',
  icon: TrashIcon,
  isDangerous: true,
  question: ({ title }) => ({
    title: { key: 'account.revoke' },
    text: { key: 'account.revokeAsk', values: { title } },
  }),
  run: ({ id }) => platform.revokeToken(id),
}
