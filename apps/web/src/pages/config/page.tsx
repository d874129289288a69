import { Select, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { namespaceOf } from '../../data/app-detail.ts'
import { projectHref } from '../../data/paths.ts'
import { platform } from '../../data/platform.ts'
import { KindTable } from '../../parts/kind-table.tsx'
import { useWords } from '../../parts/language.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { BuildSecrets } from './build-secrets.tsx'

const core = { group: '', version: 'v1', isNamespaced: true } as const
const secrets = { ...core, kind: 'Secret', plural: 'secrets' }
const configMaps = { ...core, kind: 'ConfigMap', plural: 'configmaps' }

/** What a project's builds and environments are told: secrets of pipelines, Secrets and ConfigMaps of its namespaces. */
export function Page({ project }: { project: string }) {
  const { t } = useWords()
  const [search, setSearch] = useSearchParams()
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const environments = projects.data?.find(({ name }) => name === project)?.environments ?? []
  const tab = search.get('tab') ?? 'builds'
  const environment = search.get('environment') ?? environments[0]
  const set = (changes: Record<string, string>) =>
    setSearch((now) => ({ ...Object.fromEntries([...now].filter(([key]) => key !== 'q')), ...changes }))
  const place = environments.length > 1 && (
    <Select
      size="xs"
      w={160}
      aria-label={t('column.environment')}
      data={environments}
      value={environment ?? null}
      onChange={(value) => value && set({ environment: value })}
      allowDeselect={false}
    />
  )
  return (
    <Frame
      title={t('config.title')}
      trail={[
        { label: t('home.title'), href: '/' },
        { label: project, href: projectHref(project) },
      ]}
    >
      <Tabs value={tab} onChange={(next) => next && set({ tab: next })} keepMounted={false} className="tabs">
        <Tabs.List mb="lg">
          <Tabs.Tab value="builds">{t('config.builds')}</Tabs.Tab>
          <Tabs.Tab value="secrets">{t('config.secrets')}</Tabs.Tab>
          <Tabs.Tab value="maps">{t('config.maps')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="builds">
          <BuildSecrets project={project} />
        </Tabs.Panel>
        {environment && (
          <>
            <Tabs.Panel value="secrets">
              <KindTable kind={secrets} namespace={namespaceOf(project, environment)} actions={place} />
            </Tabs.Panel>
            <Tabs.Panel value="maps">
              <KindTable kind={configMaps} namespace={namespaceOf(project, environment)} actions={place} />
            </Tabs.Panel>
          </>
        )}
      </Tabs>
    </Frame>
  )
}
