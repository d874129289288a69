import { phrases } from './phrases.ts'

/** What the settings of an app say of its source and webhook. */
export const sourceText = phrases({
  newWebhookHelp: {
    en: 'A new secret for the webhook is made and shown once. If there is one already, it stops being good.',
    zh: '将生成新的 Webhook 密钥，且仅显示一次。原有密钥会立即失效。',
  },
  uploadHelp: {
    en: 'The archive becomes the next commit of the built-in repository; what serves stays until it is built and verified.',
    zh: '压缩包将成为内置仓库的下一个提交；新版本构建并验证之前，现有服务不受影响。',
  },
  webhookHelp: {
    en: 'The repository is asked for changes every minute. To build right after a push, make a secret and add this address at your git host.',
    zh: '平台每分钟检查一次仓库。如需推送后立即构建，请生成密钥，并在代码托管平台添加此地址。',
  },
  webhookIsSet: {
    en: 'A secret is set. Your git host calls this address after every push.',
    zh: '密钥已设置。代码托管平台在每次推送后调用此地址。',
  },
  webhookOnce: {
    en: 'The secret is not shown again; a new one can be made at any time.',
    zh: '密钥不会再次显示，可随时重新生成。',
  },
  webhookSecret: { en: 'Secret', zh: '密钥' },
  webhookSteps: {
    en: 'At GitHub, GitLab, Gitea or Gogs, open the webhook settings of the repository, paste both, and choose JSON and push events.',
    zh: '在 GitHub、GitLab、Gitea 或 Gogs 的仓库 Webhook 设置中填入以下内容，格式选择 JSON，事件选择推送。',
  },
  webhookUrl: { en: 'Address', zh: '地址' },
  urlHelp: { en: 'Empty: the built-in repository', zh: '留空则使用内置仓库' },
  keepPassword: { en: 'Empty: the one that is kept', zh: '留空则沿用已保存的密码' },
})
