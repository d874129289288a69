import { Anchor, Badge, Group, Text } from '@mantine/core'
import type { DnsRecord } from '@sampan/resources/sampan/dns-record'
import type { CertificateRow } from '@sampan/resources/sampan/rows'
import { useQuery } from '@tanstack/react-query'
import { namespaceOf } from '../../data/app-detail.ts'
import { type AppRoute, type IngressLike, routesOf } from '../../data/app-routes.ts'
import { useManyObjects } from '../../data/live.ts'
import { sourceOf } from '../../data/ours.ts'
import { type AppDetail, type AppRef, platform } from '../../data/platform.ts'
import { exactDay } from '../../data/when.ts'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { State } from '../../parts/state.tsx'

type Certificates = readonly CertificateRow[] | undefined

/** The host names of an app: where each leads, and how its name, its certificate and its answer are. */
export function Routes({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const spaces = data.environments.map(({ environment }) => namespaceOf(project, environment))
  const labels = `sampan.dev/app=${app}`
  const ingresses = useManyObjects<IngressLike>(
    spaces.map((space) => ({ path: `/apis/networking.k8s.io/v1/namespaces/${space}/ingresses`, labels })),
  )
  const records = useManyObjects<DnsRecord>([
    sourceOf('dnsrecords', project),
    ...spaces.map((space) => sourceOf('dnsrecords', space)),
  ])
  const hasTls = ingresses.items.some(({ spec }) => (spec.tls ?? []).length > 0)
  const certificates = useQuery({
    queryKey: ['platform', 'certificates', project, app, ingresses.items.map((one) => one.metadata.resourceVersion)],
    queryFn: () => platform.certificates({ project, app }),
    enabled: hasTls,
  })
  return (
    <Loaded
      query={{ ...ingresses, data: records.isLoaded || records.error ? ingresses.data : undefined }}
      isEmpty={(all) => all.length === 0}
      empty={<Empty title={t('network.none')}>{t('network.noneHelp')}</Empty>}
    >
      {(all) => (
        <div className="panel">
          {routesOf(all, records.items, data.environments).map((route) => (
            <Line
              key={`${route.environment} ${route.host}${route.path}`}
              route={route}
              certificates={certificates.data}
            />
          ))}
        </div>
      )}
    </Loaded>
  )
}

function Line({ route, certificates }: { route: AppRoute; certificates: Certificates }) {
  const { t } = useWords()
  const { environment, host, path, url, service, addresses, isVerified } = route
  return (
    <div className="line line-wrap">
      <div className="grow">
        <Anchor href={url} target="_blank" rel="noreferrer" size="sm" fw={500} className="name">
          {host}
          {path === '/' ? '' : path}
        </Anchor>
        <Text size="xs" c="dimmed" className="name">
          {[environment, t('network.to', { service })].filter(Boolean).join(' · ')}
        </Text>
      </div>
      <Group gap={6}>
        <Badge size="sm" color={addresses.length > 0 ? 'teal' : 'gray'} className="state">
          {addresses.length > 0 ? t('network.dns', { addresses: addresses.join(', ') }) : t('network.noDns')}
        </Badge>
        <Tls route={route} certificates={certificates} />
        <State value={isVerified ? 'verified' : 'pending'} size="sm" />
      </Group>
    </div>
  )
}

const soonMs = 14 * 86_400_000

/** How the certificate of a route is, by what the platform has read of it. */
function Tls({ route: { tls, secret, namespace }, certificates }: { route: AppRoute; certificates: Certificates }) {
  const { t, language } = useWords()
  const say = (color: string, text: string, title?: string) => (
    <Badge size="sm" color={color} className="state" title={title}>
      {text}
    </Badge>
  )
  if (!tls) return say('gray', t('network.noTls'))
  if (!secret) return say('teal', t('network.tls'))
  const found = certificates?.find((one) => one.namespace === namespace && one.secret === secret)
  if (!found) return say('gray', t('network.tlsOf', { secret }))
  const day = (time: string | undefined) => (time ? exactDay(time, language) : '–')
  if (found.problem) {
    const values = { secret, from: day(found.from), to: day(found.to) }
    return say('red', t(`network.tls.${found.problem}`, values), secret)
  }
  const left = Date.parse(found.to ?? '') - Date.now()
  return say(left < soonMs ? 'orange' : 'teal', t('network.tlsUntil', { until: day(found.to) }), secret)
}
