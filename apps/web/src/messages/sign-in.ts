import type { Messages } from '../data/messages.ts'

export const signInMessages = {
  'signIn.button': { en: 'Sign in', zh: '登录' },
  'signIn.help': {
    en: 'The first password is printed by “npm start” and kept in the file admin-password of the data folder.',
    zh: '初始密码由 “npm start” 打印，保存在数据目录的 admin-password 文件中。',
  },
  'signIn.password': { en: 'Password', zh: '密码' },
  'signIn.show': { en: 'Show password', zh: '显示密码' },
  'signIn.tagline': { en: 'The container cloud in one command', zh: '一条命令的容器云' },
  'signIn.user': { en: 'User', zh: '用户名' },
} as const satisfies Messages
