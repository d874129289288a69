import type { Messages } from '../data/messages.ts'

export const platformMessages = {
  'platform.about': { en: 'About', zh: '关于' },
  'platform.addresses': { en: 'This installation', zh: '当前安装' },
  'platform.admin': { en: 'administrator', zh: '管理员' },
  'platform.adminHelp': { en: 'Administrator: may do everything', zh: '管理员：拥有全部权限' },
  'platform.components': { en: 'Components', zh: '组件' },
  'platform.disable': { en: 'Disable', zh: '停用' },
  'platform.disk': { en: 'Disk', zh: '磁盘' },
  'platform.diskFree': { en: '{free} are free', zh: '剩余 {free}' },
  'platform.diskFull': {
    en: 'The disk is nearly full: delete apps, environments or volumes that nobody needs, or enlarge it.',
    zh: '磁盘即将写满：请删除不用的应用、环境或存储卷，或扩容磁盘。',
  },
  'platform.diskTight': {
    en: 'Room is getting scarce.',
    zh: '剩余空间不多。',
  },
  'platform.diskUsed': { en: '{used} of {total} are used', zh: '已使用 {used}，共 {total}' },
  'platform.domain': { en: 'Apps answer below', zh: '应用域名' },
  'platform.enable': { en: 'Enable', zh: '启用' },
  'platform.instance': { en: 'Instance', zh: '实例名' },
  'platform.licence': { en: 'Licence', zh: '许可证' },
  'platform.newUser': { en: 'New user', zh: '新建用户' },
  'platform.nodes': { en: 'Nodes', zh: '节点' },
  'platform.noVolumes': { en: 'No volumes yet', zh: '还没有存储卷' },
  'platform.noVolumesHelp': {
    en: 'Apps that ask for a PersistentVolumeClaim are listed here with their size.',
    zh: '申请了 PersistentVolumeClaim 的应用会显示在这里，并标明容量。',
  },
  'platform.notYourself': { en: 'Another administrator has to do this to you.', zh: '此操作需由其他管理员进行。' },
  'platform.removeUser': { en: 'Delete user', zh: '删除用户' },
  'platform.removeUserAsk': {
    en: '{name} can no longer sign in, and their tokens end. What they made stays.',
    zh: '{name} 将无法再登录，其令牌同时失效。其创建的内容会保留。',
  },
  'platform.setPassword': { en: 'Set password', zh: '设置密码' },
  'platform.settings': { en: 'Settings', zh: '设置' },
  'platform.sources': { en: 'Addresses inside the installation', zh: '允许的内部地址' },
  'platform.sourcesHelp': {
    en: 'Apps may fetch code from anywhere outside; of addresses inside the installation, only from these.',
    zh: '应用可从任意外部地址获取代码；内部地址仅限以下列表。',
  },
  'platform.types': { en: 'Service types', zh: '服务类型' },
  'platform.typesHelp': {
    en: 'A service type is Kubernetes YAML with variables and a schema of its parameters; forms are made of it.',
    zh: '服务类型是带变量的 Kubernetes YAML 及其参数模式，表单由此生成。',
  },
  'platform.users': { en: 'Users', zh: '用户' },
  'platform.volumes': { en: 'Volumes', zh: '存储卷' },
} as const satisfies Messages
