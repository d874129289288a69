import type { Messages } from '../data/messages.ts'

export const settingsMessages = {
  'settings.branch': { en: 'Branch', zh: '分支' },
  'settings.builtIn': { en: 'built-in repository', zh: '内置仓库' },
  'settings.change': { en: 'Change source', zh: '修改来源' },
  'settings.image': { en: 'container image', zh: '容器镜像' },
  'settings.newWebhook': { en: 'New secret', zh: '生成新密钥' },
  'settings.nothingNew': { en: 'Nothing new in the repository', zh: '仓库没有新的提交' },
  'settings.source': { en: 'Source', zh: '来源' },
  'settings.sync': { en: 'Fetch now', zh: '立即拉取' },
  'settings.upload': { en: 'Upload code', zh: '上传代码' },
  'settings.uploadButton': { en: 'Upload and deploy', zh: '上传并部署' },
  'settings.webhook': { en: 'Webhook', zh: 'Webhook' },
  'settings.type': { en: 'Service type', zh: '服务类型' },
} as const satisfies Messages
