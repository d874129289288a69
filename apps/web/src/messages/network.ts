import type { Messages } from '../data/messages.ts'

export const networkMessages = {
  'network.dns': { en: 'resolves to {addresses}', zh: '解析到 {addresses}' },
  'network.noDns': { en: 'name managed elsewhere', zh: '域名由外部管理' },
  'network.none': { en: 'No way in', zh: '没有对外入口' },
  'network.noneHelp': {
    en: 'This service type has no route, or the app has not been released yet.',
    zh: '此服务类型没有路由，或应用尚未发布。',
  },
  'network.noServices': { en: 'No services yet.', zh: '还没有服务。' },
  'network.noTls': { en: 'without TLS', zh: '无 TLS' },
  'network.routes': { en: 'Routes', zh: '路由' },
  'network.services': { en: 'Inside the cluster', zh: '集群内部' },
  'network.tls': { en: 'TLS', zh: 'TLS' },
  'network.to': { en: 'to service {service}', zh: '指向服务 {service}' },
} as const satisfies Messages
