import type { Messages } from '../data/messages.ts'

export const topologyMessages = {
  'topology.app': { en: 'App', zh: '应用' },
  'topology.bad': { en: 'not well', zh: '异常' },
  'topology.busy': { en: 'on its way', zh: '进行中' },
  'topology.fit': { en: 'Show all', zh: '显示全部' },
  'topology.good': { en: 'well', zh: '正常' },
  'topology.graph': { en: 'Picture', zh: '图' },
  'topology.idle': { en: 'present', zh: '存在' },
  'topology.list': { en: 'List', zh: '列表' },
  'topology.nothing': { en: 'Nothing runs in this environment yet.', zh: '此环境中还没有运行任何内容。' },
  'topology.open': { en: 'Open page', zh: '打开页面' },
  'topology.pod': { en: 'Pod', zh: 'Pod' },
  'topology.podsMany': { en: '{count} pods', zh: '{count} 个 Pod' },
  'topology.route': { en: 'Route', zh: '路由' },
  'topology.service': { en: 'Service', zh: '服务' },
  'topology.view': { en: 'How it is shown', zh: '显示方式' },
  'topology.volume': { en: 'Volume', zh: '存储卷' },
  'topology.workload': { en: 'Workload', zh: '工作负载' },
  'topology.zoomIn': { en: 'Larger', zh: '放大' },
  'topology.zoomOut': { en: 'Smaller', zh: '缩小' },
} as const satisfies Messages
