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
  'network.tls.early': { en: 'TLS certificate begins {from}', zh: 'TLS 证书自 {from} 起生效' },
  'network.tls.expired': { en: 'TLS certificate ended {to}', zh: 'TLS 证书已于 {to} 过期' },
  'network.tls.missing': { en: 'TLS: Secret {secret} is missing', zh: 'TLS：缺少 Secret {secret}' },
  'network.tls.otherHost': { en: 'TLS certificate of another name', zh: 'TLS 证书与域名不符' },
  'network.tls.unreadable': { en: 'TLS: no certificate in Secret {secret}', zh: 'TLS：Secret {secret} 中没有证书' },
  'network.tlsOf': { en: 'TLS by Secret {secret}', zh: 'TLS 证书：Secret {secret}' },
  'network.tlsUntil': { en: 'TLS until {until}', zh: 'TLS 有效至 {until}' },
  'network.to': { en: 'to service {service}', zh: '指向服务 {service}' },
} as const satisfies Messages
