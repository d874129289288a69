import type { Messages } from '../data/messages.ts'

export const settingsMessages = {
  'settings.branch': { en: 'Branch', zh: '分支' },
  'settings.builtIn': { en: 'built-in repository', zh: '内置仓库' },
  'settings.change': { en: 'Change source', zh: '修改来源' },
  'settings.image': { en: 'container image', zh: '容器镜像' },
  'settings.keepPassword': { en: 'Empty: the one that is kept', zh: '留空则沿用已保存的密码' },
  'settings.newWebhook': { en: 'New secret', zh: '生成新密钥' },
  'settings.newWebhookHelp': {
    en: 'A new secret for the webhook is made and shown once. If there is one already, it stops being good.',
    zh: '将生成新的 Webhook 密钥，且仅显示一次。原有密钥会立即失效。',
  },
  'settings.nothingNew': { en: 'Nothing new in the repository', zh: '仓库没有新的提交' },
  'settings.source': { en: 'Source', zh: '来源' },
  'settings.sync': { en: 'Fetch now', zh: '立即拉取' },
  'settings.upload': { en: 'Upload code', zh: '上传代码' },
  'settings.uploadButton': { en: 'Upload and deploy', zh: '上传并部署' },
  'settings.uploadHelp': {
    en: 'The archive becomes the next commit of the built-in repository; what serves stays until it is built and verified.',
    zh: '压缩包将成为内置仓库的下一个提交；新版本构建并验证之前，现有服务不受影响。',
  },
  'settings.urlHelp': { en: 'Empty: the built-in repository', zh: '留空则使用内置仓库' },
  'settings.webhook': { en: 'Webhook', zh: 'Webhook' },
  'settings.webhookHelp': {
    en: 'The repository is asked for changes every minute. To build right after a push, make a secret and add this address at your git host.',
    zh: '平台每分钟检查一次仓库。如需推送后立即构建，请生成密钥，并在代码托管平台添加此地址。',
  },
  'settings.webhookIsSet': {
    en: 'A secret is set. Your git host calls this address after every push.',
    zh: '密钥已设置。代码托管平台在每次推送后调用此地址。',
  },
  'settings.webhookOnce': {
    en: 'The secret is not shown again; a new one can be made at any time.',
    zh: '密钥不会再次显示，可随时重新生成。',
  },
  'settings.webhookSecret': { en: 'Secret', zh: '密钥' },
  'settings.webhookSteps': {
    en: 'At GitHub, GitLab, Gitea or Gogs, open the webhook settings of the repository, paste both, and choose JSON and push events.',
    zh: '在 GitHub、GitLab、Gitea 或 Gogs 的仓库 Webhook 设置中填入以下内容，格式选择 JSON，事件选择推送。',
  },
  'settings.webhookUrl': { en: 'Address', zh: '地址' },
  'settings.type': { en: 'Service type', zh: '服务类型' },
} as const satisfies Messages
