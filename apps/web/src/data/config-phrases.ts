import { phrases } from './phrases.ts'

/** What secrets and config are good for, where there are none yet. */
export const whyConfig = phrases({
  builds: {
    en: 'Steps of a .drone.yml take one with “from_secret”, for passwords and tokens that builds need.',
    zh: '.drone.yml 的步骤通过 from_secret 引用，适合存放构建所需的密码和令牌。',
  },
  secrets: {
    en: 'For passwords and keys. Name it in the config of an app, and its entries become environment variables there.',
    zh: '用于存放密码和密钥。在应用的“配置”中引用后，其条目将成为环境变量。',
  },
  maps: {
    en: 'Name it in the config of an app, and its entries become environment variables there.',
    zh: '在应用的“配置”中引用后，其条目将成为环境变量。',
  },
})
