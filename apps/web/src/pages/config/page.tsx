import { Anchor, Group, SegmentedControl, Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link } from 'wouter'
import { newConfig } from '../../actions/config.ts'
import { deleteObject, editObject } from '../../actions/object.ts'
import { offer } from '../../data/action.ts'
import { namespaceOf } from '../../data/app-detail.ts'
import { whyConfig } from '../../data/config-phrases.ts'
import { type ApiKind, apiPath, kindByWord, objectPath } from '../../data/discovery.ts'
import { useObjects } from '../../data/live.ts'
import type { Row } from '../../data/objects.ts'
import { projectHref } from '../../data/paths.ts'
import { platform } from '../../data/platform.ts'
import { useQueryState } from '../../data/query-state.ts'
import { useKinds } from '../../data/use-kinds.ts'
import { type User, useUsers } from '../../data/used-by.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { useOffers } from '../../parts/action-provider.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { TabList } from '../../parts/tab-list.tsx'
import { Cell, type TableColumn, VirtualTable } from '../../parts/virtual-table.tsx'
import { When } from '../../parts/when.tsx'
import { BuildSecrets } from './build-secrets.tsx'
import '../../parts/objects.css'

const views = [
  {
    id: 'secrets',
    title: 'config.secrets',
    help: 'config.secretsHelp',
    empty: 'config.noSecrets',

    word: 'secrets',
  },
  {
    id: 'maps',
    title: 'config.maps',
    help: 'config.mapsHelp',
    empty: 'config.noMaps',

    word: 'configmaps',
  },
] as const

/** What a project's builds and environments are told: secrets of pipelines, Secrets and ConfigMaps of its namespaces. */
export function Page({ project }: { project: string }) {
  const { t } = useWords()
  const [chosen, choose] = useQueryState('tab')
  const [wanted, setEnvironment] = useQueryState('environment')
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const environments = projects.data?.find(({ name }) => name === project)?.environments ?? []
  const environment = environments.find((one) => one === wanted) ?? environments[0]
  const tab = views.find(({ id }) => id === chosen)?.id ?? 'builds'
  const kinds = useKinds()
  return (
    <Frame
      title={t('config.title')}
      trail={[
        { label: t('home.title'), href: '/' },
        { label: project, href: projectHref(project) },
      ]}
      actions={
        tab !== 'builds' &&
        environments.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={t('column.environment')}
            data={environments}
            value={environment ?? ''}
            onChange={(one) => setEnvironment(one === environments[0] ? '' : one)}
          />
        )
      }
    >
      <Tabs
        value={tab}
        onChange={(next) => choose(next === 'builds' ? '' : (next ?? ''))}
        keepMounted={false}
        className="tabs"
      >
        <TabList
          tabs={[
            { id: 'builds', title: t('config.builds') },
            ...views.map(({ id, title }) => ({ id, title: t(title) })),
          ]}
          chosen={tab}
        />
        <Tabs.Panel value="builds">
          <BuildSecrets project={project} />
        </Tabs.Panel>
        {views.map((view) => (
          <Tabs.Panel key={view.id} value={view.id}>
            <Loaded query={kinds}>
              {(all) => {
                const kind = kindByWord(all, view.word)
                if (!kind || !environment) return null
                return (
                  <Listed key={environment} view={view} kind={kind} namespace={namespaceOf(project, environment)} />
                )
              }}
            </Loaded>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Frame>
  )
}

interface ListedProps {
  view: (typeof views)[number]
  kind: ApiKind
  namespace: string
}

/** What every namespace has without anybody having made it. */
const standing = new Set(['kube-root-ca.crt'])

function Listed({ view, kind, namespace }: ListedProps) {
  const { t, language } = useWords()
  const rows = useObjects<Row>({ path: apiPath(kind, { namespace }), form: 'table' })
  const users = useUsers(namespace)
  const target = useMemo(() => ({ kind, namespace }), [kind, namespace])
  useOffers([offer(newConfig[kind.plural]!, target, namespace)], `${kind.plural} ${namespace}`)
  const columns = useMemo<TableColumn<Row>[]>(() => {
    const at = (name: string) => rows.columns?.findIndex((column) => column.name === name) ?? -1
    return [
      {
        key: 'name',
        title: t('common.name'),
        width: 'minmax(140px, 2fr)',
        sortBy: ({ metadata }) => metadata.name,
        cell: ({ metadata }) => (
          <Anchor component={Link} href={objectPath(kind, metadata)} size="sm" fw={500} truncate display="block">
            {metadata.name}
          </Anchor>
        ),
      },
      ...(at('Type') >= 0
        ? [
            {
              key: 'type',
              title: t('config.type'),
              hide: 1 as const,
              cell: ({ cells }: Row) => <Cell dimmed>{String(cells[at('Type')] ?? '')}</Cell>,
            },
          ]
        : []),
      {
        key: 'entries',
        title: t('config.entries'),
        width: '80px',
        cell: ({ cells }) => <Cell>{String(cells[at('Data')] ?? '')}</Cell>,
      },
      {
        key: 'users',
        title: t('cluster.usedBy'),
        width: 'minmax(120px, 2fr)',
        hide: 1,
        cell: ({ metadata }) => <Cell dimmed>{namesOf(users.get(`${kind.plural}/${metadata.name}`))}</Cell>,
      },
      {
        key: 'age',
        title: t('column.age'),
        width: 'minmax(90px, 110px)',
        hide: 1,
        cell: ({ metadata }) => (metadata.creationTimestamp ? <When time={metadata.creationTimestamp} /> : null),
      },
      {
        key: 'menu',
        title: '',
        width: '36px',
        alignRight: true,
        cell: ({ metadata: { name } }) => (
          <ActionMenu
            actions={[editObject, deleteObject]}
            target={{ kind, namespace, name }}
            label={`${t('common.more')}: ${name}`}
          />
        ),
      },
    ]
  }, [rows.columns, users, kind, namespace, t])
  const items = useMemo(() => rows.items.filter(({ metadata }) => !standing.has(metadata.name)), [rows.items])
  const create = <ActionButton action={newConfig[kind.plural]!} target={target} size="xs" />
  return (
    <div>
      <Group justify="space-between" mb="sm" gap="xs">
        <Text size="sm" c="dimmed">
          {t(view.help)}
        </Text>
        {items.length > 0 && create}
      </Group>
      <Loaded
        query={rows}
        isEmpty={() => items.length === 0}
        empty={
          <Empty title={t(view.empty)} action={create}>
            {whyConfig(language, view.id)}
          </Empty>
        }
      >
        {() => (
          <VirtualTable
            label={t(view.title)}
            columns={columns}
            items={items}
            keyOf={({ metadata }) => metadata.uid ?? metadata.name}
            hrefOf={({ metadata }) => objectPath(kind, metadata)}
            order={{ key: 'name', isDescending: false }}
            rowHeight={40}
          />
        )}
      </Loaded>
    </div>
  )
}

const namesOf = (users: readonly User[] = []) =>
  users.map(({ kind, object }) => `${kind}/${object.metadata.name}`).join(', ') || '—'
