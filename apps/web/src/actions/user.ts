import { LockClosedIcon, LockOpen1Icon, Pencil1Icon, PlusIcon, TrashIcon } from '@radix-ui/react-icons'
import type { Action } from '../data/action.ts'
import { platform, type UserRow } from '../data/platform.ts'

export interface UserTarget {
  user: UserRow
  isMe: boolean
}

const right = (verb: string) => () => ({ verb, group: 'sampan.dev', resource: 'users' })

export const newUser: Action<undefined> = {
  id: 'user.new',
  label: 'platform.newUser',
  icon: PlusIcon,
  right: right('create'),
  run: (_, { open }) => open(() => import('../pages/platform/new-user.tsx'), undefined),
}

export const resetPassword: Action<UserTarget> = {
  id: 'user.password',
  label: 'platform.setPassword',
  icon: Pencil1Icon,
  right: right('update'),
  run: (target, { open }) => open(() => import('../pages/platform/set-password.tsx'), target),
}

export const disableUser: Action<UserTarget> = {
  id: 'user.disable',
  label: 'platform.disable',
  icon: LockClosedIcon,
  right: right('update'),
  obstacle: ({ user, isMe }) => (user.disabled ? 'hidden' : isMe ? 'platform.notYourself' : undefined),
  run: ({ user }) => platform.changeUser(user.name, { disabled: true }),
}

export const enableUser: Action<UserTarget> = {
  id: 'user.enable',
  label: 'platform.enable',
  icon: LockOpen1Icon,
  right: right('update'),
  obstacle: ({ user }) => (user.disabled ? undefined : 'hidden'),
  run: ({ user }) => platform.changeUser(user.name, { disabled: false }),
}

export const removeUser: Action<UserTarget> = {
  id: 'user.remove',
  label: 'common.delete',
  icon: TrashIcon,
  isDangerous: true,
  right: right('delete'),
  obstacle: ({ isMe }) => (isMe ? 'platform.notYourself' : undefined),
  question: ({ user }) => ({
    title: { key: 'platform.removeUser' },
    text: { key: 'platform.removeUserAsk', values: { name: user.name } },
    typed: user.name,
  }),
  run: ({ user }) => platform.removeUser(user.name),
}
