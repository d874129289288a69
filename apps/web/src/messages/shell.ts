import type { Messages } from '../data/messages.ts'

export const shellMessages = {
  'shell.account': { en: 'My account', zh: '我的账户' },
  'shell.cluster': { en: 'Cluster', zh: '集群' },
  'shell.connectionLost': {
    en: 'No connection to the platform; trying again. What you see may be old.',
    zh: '与平台的连接已断开，正在重试。显示的内容可能已过时。',
  },
  'shell.dark': { en: 'Dark or light', zh: '深色或浅色' },
  'shell.keys': { en: 'Keyboard shortcuts', zh: '键盘快捷键' },
  'shell.language': { en: '中文', zh: 'English' },
  'shell.main': { en: 'Main navigation', zh: '主导航' },
  'shell.menu': { en: 'Menu', zh: '菜单' },
  'shell.platform': { en: 'Platform', zh: '平台' },
  'shell.project': { en: 'Project', zh: '项目' },
  'shell.sessionOver': {
    en: 'Your session has ended. Sign in again; nothing on this page is lost.',
    zh: '会话已过期。请重新登录，此页面的内容不会丢失。',
  },
  'shell.signOut': { en: 'Sign out', zh: '退出登录' },
  'shell.skip': { en: 'Skip to content', zh: '跳到内容' },
  'shell.trail': { en: 'Where you are', zh: '当前位置' },
  'shell.updated': {
    en: 'The console was updated, so this page was loaded again.',
    zh: '控制台已更新，页面已重新加载。',
  },
} as const satisfies Messages
