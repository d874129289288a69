import type { Messages } from '../data/messages.ts'

export const releaseMessages = {
  'release.against': { en: 'against v{number}', zh: '对比 v{number}' },
  'release.again': { en: 'Release again', zh: '重新发布' },
  'release.againAsk': {
    en: 'Release v{number} of {app} is rolled out once more as it was made. What differs from what serves now:',
    zh: '将 {app} 的版本 v{number} 按原样重新发布。与当前服务版本的差异：',
  },
  'release.approve': { en: 'Approve', zh: '批准' },
  'release.approved': { en: 'Approved', zh: '已批准' },
  'release.cancel': { en: 'Stop and go back', zh: '停止并恢复' },
  'release.compare': { en: 'Compare with', zh: '对比版本' },
  'release.diff': { en: 'What differs', zh: '差异' },
  'release.rollback': { en: 'Roll back to this', zh: '回滚到此版本' },
  'release.rollbackAsk': {
    en: 'Release v{number} of {app} comes back whole: image, configuration and routes. What differs from what serves now:',
    zh: '将 {app} 完整恢复到版本 v{number}：镜像、配置和路由。与当前服务版本的差异：',
  },
  'release.rollingBack': { en: 'Going back to v{number}', zh: '正在回滚到 v{number}' },
  'release.servesAlready': { en: 'This release serves already.', zh: '此版本已在服务中。' },
  'release.title': { en: 'Release v{number}', zh: '版本 v{number}' },
  'release.waits': {
    en: 'Release v{number} waits for an approval to enter {environment}.',
    zh: '版本 v{number} 等待批准后进入 {environment}。',
  },
  'release.yaml': { en: 'YAML', zh: 'YAML' },
} as const satisfies Messages
