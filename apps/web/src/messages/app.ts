import type { Messages } from '../data/messages.ts'

export const appMessages = {
  'app.config': { en: 'Config', zh: '配置' },
  'app.cpu': { en: 'CPU', zh: 'CPU' },
  'app.delete': { en: 'Delete app', zh: '删除应用' },
  'app.deleteAsk': {
    en: 'App {app} goes with its releases, repository, images and routes. There is no way back.',
    zh: '应用 {app} 及其版本、仓库、镜像和路由都将被删除，无法恢复。',
  },
  'app.deleted': { en: 'The app is being deleted', zh: '应用正在删除' },
  'app.deleteHelp': {
    en: 'Releases, repository, images and routes go with it.',
    zh: '版本、仓库、镜像和路由会一并删除。',
  },
  'app.deploy': { en: 'Build again', zh: '重新构建' },
  'app.domains': { en: 'Domains', zh: '域名' },
  'app.howToPush': { en: 'How to push to it', zh: '如何推送代码' },
  'app.instances': { en: 'Instances', zh: '实例' },
  'app.lastReleases': { en: 'Last releases', zh: '最近版本' },
  'app.lastRun': { en: 'Look at the last run', zh: '查看最近的流水线' },
  'app.limit': { en: 'Limit of one instance: {limit}', zh: '单实例上限：{limit}' },
  'app.log': { en: 'Logs', zh: '日志' },
  'app.memory': { en: 'Memory', zh: '内存' },
  'app.network': { en: 'Network', zh: '网络' },
  'app.noInstances': { en: 'No instance runs.', zh: '没有运行中的实例。' },
  'app.noReleases': { en: 'No release yet', zh: '还没有版本' },
  'app.noReleasesHelp': {
    en: 'The first run that succeeds makes the first release and gives the app its address.',
    zh: '首个成功的流水线会产生第一个版本，应用随之获得访问地址。',
  },
  'app.nothingPushed': { en: 'Nothing has been pushed yet.', zh: '还没有推送过代码。' },
  'app.open': { en: 'Open', zh: '打开' },
  'app.overview': { en: 'Overview', zh: '概览' },
  'app.pull': { en: 'Take the newest image', zh: '拉取最新镜像' },
  'app.releases': { en: 'Releases', zh: '版本' },
  'app.restartInstance': { en: 'Restart', zh: '重启' },
  'app.restartInstanceAsk': {
    en: 'Instance {pod} is stopped and a new one takes its place.',
    zh: '实例 {pod} 将停止，并由新的实例替代。',
  },
  'app.restarts': { en: 'restarted {count}×', zh: '重启 {count} 次' },
  'app.says.building': {
    en: 'A new version is being built; what serves is unchanged.',
    zh: '正在构建新版本，现有服务不受影响。',
  },
  'app.says.degraded': {
    en: 'Release v{release} serves, but only {ready} of {replicas} instances are ready.',
    zh: '版本 v{release} 正在服务，但 {replicas} 个实例中只有 {ready} 个就绪。',
  },
  'app.says.deploying': {
    en: 'A release is on its way; the one before serves until it is verified.',
    zh: '新版本正在发布，验证通过前由旧版本继续服务。',
  },
  'app.says.failed': {
    en: 'The last release did not get here; what serves is v{release}.',
    zh: '最近一次发布未成功，当前服务的是 v{release}。',
  },
  'app.says.failedFirst': { en: 'The first release did not get here.', zh: '首个版本未能发布成功。' },
  'app.says.none': { en: 'Nothing has been released here yet.', zh: '此处还没有发布过版本。' },
  'app.says.runs': {
    en: 'Release v{release} runs; {ready} of {replicas} instances are ready.',
    zh: '版本 v{release} 运行中，{replicas} 个实例中 {ready} 个就绪。',
  },
  'app.says.stopped': {
    en: 'Release v{release} is stopped: the app was scaled to 0 instances, so nobody answers.',
    zh: '版本 v{release} 已停止：实例数为 0，当前无人响应。',
  },
  'app.says.verified': {
    en: 'Release v{release} answers at its address; {ready} of {replicas} instances are ready.',
    zh: '版本 v{release} 已在其地址正常响应，{replicas} 个实例中 {ready} 个就绪。',
  },
  'app.scale': { en: 'Scale', zh: '扩缩容' },
  'app.scaled': { en: 'There will be {count} instances', zh: '实例数将变为 {count}' },
  'app.scaleHelp': {
    en: 'This makes a release of the same image; running instances stay.',
    zh: '会以相同镜像产生一个新版本，已运行的实例不受影响。',
  },
  'app.serves': { en: 'Serves:', zh: '服务版本：' },
  'app.serving': { en: 'serving', zh: '服务中' },
  'app.settings': { en: 'Settings', zh: '设置' },
} as const satisfies Messages
