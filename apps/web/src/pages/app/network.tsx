import { Anchor, Group, Stack, Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import type { DnsRecord } from '@sampan/resources/sampan/dns-record'
import { namespaceOf } from '../../data/app-detail.ts'
import { type IngressLike, routesOf } from '../../data/app-routes.ts'
import { useManyObjects } from '../../data/live.ts'
import { sourceOf } from '../../data/ours.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loading } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'

interface ServiceLike extends KubeObject {
  spec: { clusterIP?: string; type?: string; ports?: { name?: string; port: number; targetPort?: number | string }[] }
}

/** The way in: host names with their route, DNS and TLS, and the services behind them. */
export function Network({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const spaces = data.environments.map(({ environment }) => namespaceOf(project, environment))
  const labels = `sampan.dev/app=${app}`
  const below = (path: string, plural: string) =>
    spaces.map((space) => ({ path: `${path}/namespaces/${space}/${plural}`, labels }))
  const ingresses = useManyObjects<IngressLike>(below('/apis/networking.k8s.io/v1', 'ingresses'))
  const services = useManyObjects<ServiceLike>(below('/api/v1', 'services'))
  const records = useManyObjects<DnsRecord>([
    sourceOf('dnsrecords', project),
    ...spaces.map((space) => sourceOf('dnsrecords', space)),
  ])
  const routes = routesOf(ingresses.items, records.items, data.environments)
  return (
    <Stack gap="xl">
      <Section title={t('network.routes')}>
        {!ingresses.isLoaded || !records.isLoaded ? (
          <Loading />
        ) : routes.length === 0 ? (
          <Empty title={t('network.none')}>{t('network.noneHelp')}</Empty>
        ) : (
          <div className="panel">
            {routes.map(({ host, path, url, service, addresses, isVerified, tls }) => (
              <div key={`${host}${path}`} className="line">
                <div className="grow">
                  <Anchor href={url} target="_blank" rel="noreferrer" size="sm" fw={500} className="name">
                    {host}
                    {path === '/' ? '' : path}
                  </Anchor>
                  <Text size="xs" c="dimmed" className="name">
                    {t('network.to', { service })} ·{' '}
                    {addresses.length > 0 ? t('network.dns', { addresses: addresses.join(', ') }) : t('network.noDns')}{' '}
                    · {t(tls ? 'network.tls' : 'network.noTls')}
                  </Text>
                </div>
                <State value={isVerified ? 'verified' : 'pending'} size="sm" />
              </div>
            ))}
          </div>
        )}
      </Section>
      <Section title={t('network.services')}>
        {!services.isLoaded ? (
          <Loading />
        ) : services.items.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('network.noServices')}
          </Text>
        ) : (
          <div className="panel">
            {services.items.map(({ metadata, spec }) => (
              <div key={metadata.uid} className="line">
                <div className="grow">
                  <Text size="sm" fw={500} className="name">
                    {metadata.name}.{metadata.namespace}.svc
                  </Text>
                  <Group gap="xs">
                    <Text size="xs" c="dimmed">
                      {spec.type} · {spec.clusterIP} ·{' '}
                      {(spec.ports ?? []).map(({ port, targetPort }) => `${port} → ${targetPort ?? port}`).join(', ')}
                    </Text>
                  </Group>
                </div>
              </div>
            ))}
          </div>
        )}
      </Section>
    </Stack>
  )
}
