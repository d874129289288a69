import { Stack, Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { namespaceOf } from '../../data/app-detail.ts'
import { useManyObjects } from '../../data/live.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'
import { Routes } from './routes.tsx'

interface ServiceLike extends KubeObject {
  spec: { clusterIP?: string; type?: string; ports?: { name?: string; port: number; targetPort?: number | string }[] }
}

/** The way in: host names with their route, DNS and TLS, and the services behind them. */
export function Network({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const services = useManyObjects<ServiceLike>(
    data.environments.map(({ environment }) => ({
      path: `/api/v1/namespaces/${namespaceOf(project, environment)}/services`,
      labels: `sampan.dev/app=${app}`,
    })),
  )
  return (
    <Stack gap="xl">
      <Section title={t('network.routes')}>
        <Routes data={data} project={project} app={app} />
      </Section>
      <Section title={t('network.services')}>
        <Loaded
          query={services}
          isEmpty={(all) => all.length === 0}
          empty={
            <Text size="sm" c="dimmed">
              {t('network.noServices')}
            </Text>
          }
        >
          {(all) => (
            <div className="panel">
              {all.map(({ metadata, spec }) => (
                <div key={metadata.uid} className="line">
                  <div className="grow">
                    <Text size="sm" fw={500} className="name">
                      {metadata.name}.{metadata.namespace}.svc
                    </Text>
                    <Text size="xs" c="dimmed" className="name">
                      {spec.type} · {spec.clusterIP} ·{' '}
                      {(spec.ports ?? []).map(({ port, targetPort }) => `${port} → ${targetPort ?? port}`).join(', ')}
                    </Text>
                  </div>
                </div>
              ))}
            </div>
          )}
        </Loaded>
      </Section>
    </Stack>
  )
}
