import type { Messages } from '../data/messages.ts'

export const configMessages = {
  'config.add': { en: 'Add entry', zh: '添加条目' },
  'config.binary': { en: '{bytes} bytes that are no text', zh: '{bytes} 字节的非文本内容' },
  'config.builds': { en: 'For pipelines', zh: '流水线密钥' },
  'config.buildsHelp': {
    en: 'Pipelines get these by name. Values go in and never come out.',
    zh: '流水线按名称使用。值写入后不再显示。',
  },
  'config.buildsEmpty': {
    en: 'Steps of a .drone.yml take one with “from_secret”, for passwords and tokens that builds need.',
    zh: '.drone.yml 的步骤通过 from_secret 引用，适合存放构建所需的密码和令牌。',
  },
  'config.clash': {
    en: 'Somebody changed the same entries meanwhile: nothing was saved. Yours are still here; compare in the YAML tab.',
    zh: '其他人刚刚修改了相同条目，未保存。您的修改仍保留，可在 YAML 页签中比较。',
  },
  'config.copyValue': { en: 'Copy the value of {name}', zh: '复制 {name} 的值' },
  'config.entries': { en: 'Entries', zh: '条目' },
  'config.entryName': { en: 'Entry', zh: '条目' },
  'config.entryRule': { en: 'Letters, digits, dots, dashes and underscores', zh: '字母、数字、点、短横线和下划线' },
  'config.hide': { en: 'Hide', zh: '隐藏' },
  'config.immutable': { en: 'It is marked as one that never changes.', zh: '已标记为不可变。' },
  'config.maps': { en: 'Config', zh: '配置' },
  'config.mapsHelp': { en: 'Settings and files for apps, as ConfigMaps.', zh: '应用的设置和文件（ConfigMap）。' },
  'config.nameRule': {
    en: 'Lower-case letters, digits, dashes and dots',
    zh: '小写字母、数字、短横线和点',
  },
  'config.mapsEmpty': {
    en: 'Name it in the config of an app, and its entries become environment variables there.',
    zh: '在应用的“配置”中引用后，其条目将成为环境变量。',
  },
  'config.newMap': { en: 'New config', zh: '新建配置' },
  'config.newSecret': { en: 'New secret', zh: '新建密钥' },
  'config.noMaps': { en: 'No config yet', zh: '还没有配置' },
  'config.noSecrets': { en: 'No secrets yet', zh: '还没有密钥' },
  'config.secretsEmpty': {
    en: 'For passwords and keys. Name it in the config of an app, and its entries become environment variables there.',
    zh: '用于存放密码和密钥。在应用的“配置”中引用后，其条目将成为环境变量。',
  },
  'config.pullRequests': { en: 'Runs of pull requests get it too', zh: '合并请求的流水线也可使用' },
  'config.removeEntry': { en: 'Remove {name}', zh: '移除 {name}' },
  'config.removeSecret': { en: 'Delete secret', zh: '删除密钥' },
  'config.removeSecretAsk': { en: 'Pipelines that ask for {name} will fail.', zh: '引用 {name} 的流水线将会失败。' },
  'config.reveal': { en: 'Show', zh: '显示' },
  'config.secrets': { en: 'Secrets', zh: '密钥' },
  'config.secretsHelp': {
    en: 'Passwords and keys for apps. Values are shown only when you ask.',
    zh: '应用使用的密码和密钥，仅在需要时显示。',
  },
  'config.title': { en: 'Secrets and config', zh: '密钥与配置' },
  'config.type': { en: 'Type', zh: '类型' },
  'config.undo': { en: 'Discard', zh: '放弃' },
  'config.unused': { en: 'Nothing uses it.', zh: '没有使用者。' },
} as const satisfies Messages
