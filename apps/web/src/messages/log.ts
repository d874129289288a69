import type { Messages } from '../data/messages.ts'

export const logMessages = {
  'log.allInstances': { en: 'All environments', zh: '全部环境' },
  'log.behind': { en: '{count} new lines', zh: '{count} 行新日志' },
  'log.download': { en: 'Download', zh: '下载' },
  'log.dropped': { en: 'The oldest {count} lines are in the download only.', zh: '最早的 {count} 行仅在下载中提供。' },
  'log.empty': { en: 'Nothing printed yet.', zh: '暂无输出。' },
  'log.ended': { en: 'End of the log.', zh: '日志结束。' },
  'log.found': { en: '{count} lines', zh: '{count} 行' },
  'log.lost': { en: 'The connection was lost; trying again.', zh: '连接中断，正在重试。' },
  'log.nothing': { en: 'It printed nothing.', zh: '没有输出。' },
  'log.pause': { en: 'Pause', zh: '暂停' },
  'log.resume': { en: 'Resume', zh: '继续' },
  'log.search': { en: 'Find in log', zh: '在日志中查找' },
  'log.toEnd': { en: 'To the end', zh: '跳到末尾' },
} as const satisfies Messages
