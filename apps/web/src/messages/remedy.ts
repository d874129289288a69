import type { Messages } from '../data/messages.ts'

/** What there is to do about a failed rollout, as a link. */
export const remedyMessages = {
  'remedy.config': { en: 'Change the config', zh: '修改配置' },
  'remedy.env': { en: 'Set the variable', zh: '设置环境变量' },
  'remedy.log': { en: 'Look at the log', zh: '查看日志' },
  'remedy.run': { en: 'Look at the run', zh: '查看流水线' },
  'remedy.secrets': { en: 'Secrets and config', zh: '查看密钥与配置' },
  'remedy.source': { en: 'Change the source', zh: '修改来源' },
} as const satisfies Messages
