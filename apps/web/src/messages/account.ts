import type { Messages } from '../data/messages.ts'

export const accountMessages = {
  'account.changePassword': { en: 'Change password', zh: '修改密码' },
  'account.groups': { en: 'Groups', zh: '用户组' },
  'account.newPassword': { en: 'New password', zh: '新密码' },
  'account.newToken': { en: 'New token', zh: '新建令牌' },
  'account.noTokens': { en: 'No tokens: programs sign in with them.', zh: '还没有令牌，程序可通过令牌登录。' },
  'account.oldPassword': { en: 'Present password', zh: '当前密码' },
  'account.password': { en: 'Password', zh: '密码' },
  'account.revoke': { en: 'Revoke', zh: '吊销' },
  'account.revokeAsk': {
    en: 'Programs that use “{title}” can no longer sign in.',
    zh: '使用“{title}”的程序将无法再登录。',
  },
  'account.shownOnce': { en: 'This is shown once: copy it now.', zh: '仅显示一次，请立即复制。' },
  'account.tokenDays': { en: 'Days until it runs out (empty: never)', zh: '有效天数（留空则永久有效）' },
  'account.tokenTitle': { en: 'What it is for', zh: '用途' },
  'account.tokens': { en: 'Tokens', zh: '令牌' },
} as const satisfies Messages
