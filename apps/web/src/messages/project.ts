import type { Messages } from '../data/messages.ts'

export const projectMessages = {
  'project.addMember': { en: 'Add member', zh: '添加成员' },
  'project.apps': { en: 'Apps', zh: '应用' },
  'project.delete': { en: 'Delete project', zh: '删除项目' },
  'project.deleteAsk': {
    en: 'Project {name} goes with all its apps, environments, releases, repositories and data. There is no way back.',
    zh: '项目 {name} 及其全部应用、环境、版本、仓库和数据都将被删除，无法恢复。',
  },
  'project.deleted': { en: 'The project is being deleted', zh: '项目正在删除' },
  'project.deleteHelp': {
    en: 'Everything in the project goes: apps, environments, repositories, data.',
    zh: '项目中的全部内容都将删除：应用、环境、仓库、数据。',
  },
  'project.danger': { en: 'Danger zone', zh: '危险操作' },
  'project.environment': { en: 'New environment', zh: '新建环境' },
  'project.environments': { en: 'Environments', zh: '环境' },
  'project.environmentRemove': { en: 'Delete environment', zh: '删除环境' },
  'project.environmentRemoveAsk': {
    en: 'Everything that runs in {name} stops and is deleted.',
    zh: '{name} 中运行的全部内容都将停止并删除。',
  },
  'project.find': { en: 'Find among {count}', zh: '在 {count} 个中查找' },
  'project.members': { en: 'Members', zh: '成员' },
  'project.new': { en: 'New project', zh: '新建项目' },
  'project.noApps': { en: 'No apps yet', zh: '还没有应用' },
  'project.noAppsHelp': {
    en: 'Bring a repository, a folder, an image or YAML: a minute later it answers at its own address.',
    zh: '导入仓库、代码目录、镜像或 YAML：一分钟后即可通过独立地址访问。',
  },
  'project.overview': { en: 'Overview', zh: '概览' },
  'project.policy': { en: 'Releases get here', zh: '发布方式' },
  'project.policyApproval': { en: 'after an approval', zh: '审批后发布' },
  'project.policyAutomatic': { en: 'by themselves', zh: '自动发布' },
  'project.roleDeveloper': { en: 'developer', zh: '开发者' },
  'project.roleMaintainer': { en: 'maintainer', zh: '维护者' },
  'project.roleOwner': { en: 'owner', zh: '所有者' },
  'project.roleViewer': { en: 'viewer', zh: '只读成员' },
  'project.runs': { en: 'Recent runs', zh: '最近的流水线' },
  'project.settings': { en: 'Settings', zh: '设置' },
  'project.titleField': { en: 'What people call it', zh: '显示名称' },
  'project.topology': { en: 'Topology', zh: '拓扑' },
} as const satisfies Messages
