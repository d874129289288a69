import type { Messages } from '../data/messages.ts'

export const logMessages = {
  'log.empty': { en: 'Nothing printed yet.', zh: '暂无输出。' },
  'log.follow': { en: 'Follow', zh: '跟随' },
  'log.lost': { en: 'The connection was lost; trying again.', zh: '连接中断，正在重试。' },
  'log.search': { en: 'Find in log', zh: '在日志中查找' },
} as const satisfies Messages
