/** Every text of the console in both languages. `{name}` is filled in. A text in one language only does not type-check. */
export const messages = {
  'add.branch': { en: 'Branch', zh: '分支' },
  'add.commands': { en: 'Then push your code from its folder:', zh: '然后在代码目录中推送：' },
  'add.create': { en: 'Create app', zh: '创建应用' },
  'add.help': {
    en: 'A Dockerfile is used where there is one; else Node, Python, Go, PHP and static files are recognised.',
    zh: '有 Dockerfile 就用它；没有时自动识别 Node、Python、Go、PHP 和静态文件。',
  },
  'add.instances': { en: 'Instances', zh: '实例数' },
  'add.memory': { en: 'Memory of one instance', zh: '单实例内存' },
  'add.name': { en: 'Name', zh: '名称' },
  'add.nameRule': { en: 'Lower-case letters, digits and dashes', zh: '小写字母、数字和短横线' },
  'add.port': { en: 'Port (empty: what the image exposes)', zh: '端口（留空则用镜像声明的端口）' },
  'add.project': { en: 'Project', zh: '项目' },
  'add.title': { en: 'New app', zh: '新建应用' },
  'app.buildLog': { en: 'Build log', zh: '构建日志' },
  'app.deploy': { en: 'Build again', zh: '重新构建' },
  'app.instances': { en: 'Instances', zh: '实例' },
  'app.log': { en: 'App log', zh: '应用日志' },
  'app.noInstances': { en: 'No instance runs yet.', zh: '还没有运行中的实例。' },
  'app.noPipelines': { en: 'Nothing has been built yet.', zh: '还没有构建过。' },
  'app.noReleases': {
    en: 'No release yet: push to the git remote to make the first one.',
    zh: '还没有版本：向 git 远端推送即可产生第一个。',
  },
  'app.open': { en: 'Open', zh: '打开' },
  'app.overview': { en: 'Overview', zh: '概览' },
  'app.releases': { en: 'Releases', zh: '版本' },
  'app.restarts': { en: 'Restarts', zh: '重启' },
  'app.rollback': { en: 'Roll back to this', zh: '回滚到此版本' },
  'app.rollbackAsk': {
    en: 'Bring back release v{number} of {app}: image, configuration and routes?',
    zh: '将 {app} 恢复到版本 v{number}（镜像、配置和路由）？',
  },
  'app.scale': { en: 'Set instances', zh: '设置实例数' },
  'app.serving': { en: 'serving', zh: '服务中' },
  'apps.empty': { en: 'No apps yet', zh: '还没有应用' },
  'apps.emptyHelp': {
    en: 'Make one here, or in a source folder run “sampan launch” and “git push sampan main”.',
    zh: '在这里创建，或在代码目录运行 “sampan launch” 和 “git push sampan main”。',
  },
  'apps.title': { en: 'Apps', zh: '应用' },
  'column.instances': { en: 'Instances', zh: '实例' },
  'column.made': { en: 'Made', zh: '时间' },
  'column.release': { en: 'Release', zh: '版本' },
  'column.state': { en: 'State', zh: '状态' },
  'column.what': { en: 'What', zh: '内容' },
  'common.allProjects': { en: 'All projects', zh: '全部项目' },
  'common.cancel': { en: 'Cancel', zh: '取消' },
  'common.close': { en: 'Close', zh: '关闭' },
  'common.copied': { en: 'Copied', zh: '已复制' },
  'common.copy': { en: 'Copy', zh: '复制' },
  'common.loading': { en: 'Loading', zh: '加载中' },
  'common.notFound': { en: 'There is no such page.', zh: '没有这个页面。' },
  'common.retry': { en: 'Try again', zh: '重试' },
  'log.empty': { en: 'Nothing printed yet.', zh: '暂无输出。' },
  'log.follow': { en: 'Follow', zh: '跟随' },
  'log.lost': { en: 'The connection was lost; trying again.', zh: '连接中断，正在重试。' },
  'log.search': { en: 'Find in log', zh: '在日志中查找' },
  'shell.connectionLost': {
    en: 'No connection to the platform. What you see may be old.',
    zh: '与平台的连接已断开，显示的内容可能已过时。',
  },
  'shell.dark': { en: 'Dark or light', zh: '深色或浅色' },
  'shell.language': { en: '中文', zh: 'English' },
  'shell.signOut': { en: 'Sign out', zh: '退出登录' },
  'signIn.button': { en: 'Sign in', zh: '登录' },
  'signIn.help': {
    en: 'The first password is printed by “npm start” and kept in the file admin-password of the data folder.',
    zh: '初始密码由 “npm start” 打印，保存在数据目录的 admin-password 文件中。',
  },
  'signIn.password': { en: 'Password', zh: '密码' },
  'signIn.tagline': { en: 'The container cloud in one command', zh: '一条命令的容器云' },
  'signIn.user': { en: 'User', zh: '用户名' },
  'state.building': { en: 'building', zh: '构建中' },
  'state.cancelled': { en: 'cancelled', zh: '已取消' },
  'state.degraded': { en: 'degraded', zh: '降级' },
  'state.deploying': { en: 'deploying', zh: '部署中' },
  'state.error': { en: 'error', zh: '错误' },
  'state.failed': { en: 'failed', zh: '失败' },
  'state.failure': { en: 'failed', zh: '失败' },
  'state.none': { en: 'not deployed', zh: '未部署' },
  'state.notReady': { en: 'not ready', zh: '未就绪' },
  'state.pending': { en: 'waiting', zh: '等待中' },
  'state.ready': { en: 'ready', zh: '就绪' },
  'state.rolledBack': { en: 'rolled back', zh: '已回滚' },
  'state.running': { en: 'running', zh: '运行中' },
  'state.success': { en: 'done', zh: '完成' },
  'state.superseded': { en: 'superseded', zh: '已被取代' },
  'state.unknown': { en: 'unknown', zh: '未知' },
  'state.verified': { en: 'verified', zh: '已验证' },
} as const satisfies Record<string, { en: string; zh: string }>

export type MessageKey = keyof typeof messages
export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

/** The text in a language; `values` fill its `{names}`. */
export function text(language: Language, key: MessageKey, values: Record<string, string | number> = {}): string {
  return messages[key][language].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** The language of a browser that prefers these, Chinese when any kind of it comes first. */
export const languageFor = (preferred: readonly string[]): Language =>
  (preferred.find((one) => /^(zh|en)/i.test(one)) ?? 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en'
