import type { Messages } from '../data/messages.ts'

export const configMessages = {
  'config.unused': { en: 'Nothing uses it.', zh: '没有使用者。' },
  'config.builds': { en: 'Of pipelines', zh: '流水线密钥' },
  'config.buildsHelp': {
    en: 'Pipelines get these by name. Values go in and never come out.',
    zh: '流水线按名称使用。值写入后不再显示。',
  },
  'config.maps': { en: 'ConfigMaps', zh: 'ConfigMap' },
  'config.newSecret': { en: 'New secret', zh: '新建密钥' },
  'config.noSecrets': { en: 'No secrets yet', zh: '还没有密钥' },
  'config.pullRequests': { en: 'Runs of pull requests get it too', zh: '合并请求的流水线也可使用' },
  'config.removeSecret': { en: 'Delete secret', zh: '删除密钥' },
  'config.removeSecretAsk': { en: 'Pipelines that ask for {name} will fail.', zh: '引用 {name} 的流水线将会失败。' },
  'config.secrets': { en: 'Secrets', zh: 'Secret' },
  'config.title': { en: 'Secrets and config', zh: '密钥与配置' },
} as const satisfies Messages
