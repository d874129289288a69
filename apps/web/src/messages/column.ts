import type { Messages } from '../data/messages.ts'

/** Headings that tables share. */
export const columnMessages = {
  'column.age': { en: 'Age', zh: '时长' },
  'column.app': { en: 'App', zh: '应用' },
  'column.choose': { en: 'Columns', zh: '选择列' },
  'column.commit': { en: 'Commit', zh: '提交' },
  'column.duration': { en: 'Took', zh: '用时' },
  'column.environment': { en: 'Environment', zh: '环境' },
  'column.instances': { en: 'Instances', zh: '实例' },
  'column.made': { en: 'Made', zh: '时间' },
  'column.namespace': { en: 'Namespace', zh: '命名空间' },
  'column.release': { en: 'Release', zh: '版本' },
  'column.role': { en: 'Role', zh: '角色' },
  'column.state': { en: 'State', zh: '状态' },
  'column.usual': { en: 'As many as fit', zh: '恢复默认' },
  'column.user': { en: 'User', zh: '用户' },
  'column.version': { en: 'Version', zh: '版本' },
  'column.what': { en: 'What', zh: '内容' },
} as const satisfies Messages
