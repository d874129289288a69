import { Badge, Button, Group, Tabs, Text } from '@mantine/core'
import type { KubeObject } from '@sampan/resources/meta'
import { Suspense, useMemo } from 'react'
import { Link } from 'wouter'
import { deleteObject, editObject, objectActions, podLogs, podTerminal, releaseObject } from '../../actions/object.ts'
import { offer } from '../../data/action.ts'
import { type ApiKind, apiPath, apiVersionOf, kindByWord, kindWord } from '../../data/discovery.ts'
import { useObjects } from '../../data/live.ts'
import { isPod, isSecret, rightTo, targetOf } from '../../data/object.ts'
import { useMays } from '../../data/permissions.ts'
import { useQueryState } from '../../data/query-state.ts'
import { useKinds } from '../../data/use-kinds.ts'
import { exact } from '../../data/when.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useOffers } from '../../parts/action-provider.tsx'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded, Loading } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { TabList } from '../../parts/tab-list.tsx'
import '../../parts/objects.css'
import { lazily } from '../../parts/lazily.ts'
import { Events } from './object-events.tsx'
import { Overview } from './object-overview.tsx'

const Yaml = lazily(() => import('./object-yaml.tsx'), 'ObjectYaml')
const PodLog = lazily(() => import('../../parts/pod-log.tsx'), 'PodLog')
const Terminals = lazily(() => import('../../parts/terminal.tsx'), 'Terminals')

/** One object of any kind: what it is, its YAML, what happened to it, and what can be done with it. */
export function Page({ kind: word, namespace, name }: { kind: string; namespace: string; name: string }) {
  const { t } = useWords()
  const kinds = useKinds()
  return (
    <Loaded query={kinds}>
      {(all) => {
        const kind = kindByWord(all, word)
        if (!kind) return <Empty title={t('cluster.unknownKind')}>{t('cluster.unknownKindHelp', { kind: word })}</Empty>
        const at = { name, ...(namespace !== '-' && { namespace }) }
        return <Known key={`${word}/${namespace}/${name}`} kind={kind} at={at} />
      }}
    </Loaded>
  )
}

interface Of {
  kind: ApiKind
  at: { namespace?: string; name: string }
}

function Known({ kind, at }: Of) {
  const { t } = useWords()
  const list = `/cluster/kinds/${kindWord(kind)}${at.namespace ? `?ns=${at.namespace}` : ''}`
  const found = useObjects({ path: apiPath(kind, { ...at, name: undefined }), fields: `metadata.name=${at.name}` })
  return (
    <Loaded
      query={found}
      isEmpty={(items) => items.length === 0}
      empty={
        <Frame
          title={at.name}
          trail={[
            { label: t('cluster.kinds'), href: '/cluster/kinds' },
            { label: kind.kind, href: list },
          ]}
        >
          <Empty
            title={t('object.gone')}
            action={
              <Button component={Link} href={list} variant="default">
                {t('object.toList', { kind: kind.kind })}
              </Button>
            }
          >
            {t('object.goneHelp')}
          </Empty>
        </Frame>
      }
    >
      {([object]) => <Shown kind={kind} object={withKind(kind, object!)} />}
    </Loaded>
  )
}

/** Items of a list come without their kind. */
const withKind = (kind: ApiKind, object: KubeObject): KubeObject => ({
  apiVersion: apiVersionOf(kind),
  kind: kind.kind,
  ...object,
})

function Shown({ kind, object }: { kind: ApiKind; object: KubeObject }) {
  const { t, language } = useWords()
  const [tab, setTab] = useQueryState('tab')
  const { name, namespace, deletionTimestamp, finalizers = [] } = object.metadata
  const target = useMemo(() => targetOf(kind, object), [kind, object])
  useOffers(
    objectActions.map((action) => offer(action, target, name)),
    `${object.metadata.uid} ${object.metadata.resourceVersion}`,
  )
  const word = kindWord(kind)
  const [mayLog, mayExec] = useMays([rightTo('get', 'log')(target), rightTo('create', 'exec')(target)])
  const tabs = [
    { id: 'overview', title: t('object.overview') },
    { id: 'yaml', title: t('object.yaml') },
    ...(isPod(kind) && mayLog !== false ? [{ id: 'logs', title: t('object.logs') }] : []),
    ...(isPod(kind) && mayExec !== false ? [{ id: 'terminal', title: t('object.terminal') }] : []),
    { id: 'events', title: t('object.events') },
  ]
  const chosen = tabs.find(({ id }) => id === tab)?.id ?? 'overview'
  return (
    <Frame
      title={name}
      trail={[
        { label: t('cluster.kinds'), href: '/cluster/kinds' },
        { label: kind.kind, href: `/cluster/kinds/${word}${namespace ? `?ns=${namespace}` : ''}` },
      ]}
      beside={
        <Badge color="gray" variant="default" className="state">
          {kind.kind}
          {namespace ? ` · ${namespace}` : ''}
        </Badge>
      }
      actions={objectActions
        .filter(({ id }) => !inTabs.has(id))
        .map((action) => (
          <ActionButton key={action.id} action={action} target={target} size="xs" variant={look(action.id)} />
        ))}
    >
      {deletionTimestamp && (
        <div className="banner" role="status">
          <Group justify="space-between" gap="xs">
            <Text size="sm" className="name grow">
              {finalizers.length > 0
                ? t('object.ending', { time: exact(deletionTimestamp, language), finalizers: finalizers.join(', ') })
                : t('object.endingSoon', { time: exact(deletionTimestamp, language) })}
            </Text>
            <ActionButton action={releaseObject} target={target} size="xs" />
          </Group>
        </div>
      )}
      <Tabs
        value={chosen}
        onChange={(value) => setTab(value === 'overview' ? '' : (value ?? ''))}
        keepMounted={false}
        className="tabs"
      >
        <TabList tabs={tabs} chosen={chosen} />
        <Suspense fallback={<Loading />}>
          <Tabs.Panel value="overview">
            <Overview kind={kind} object={object} />
          </Tabs.Panel>
          <Tabs.Panel value="yaml">
            <Yaml kind={kind} object={object} isHidden={isSecret(kind)} />
          </Tabs.Panel>
          <Tabs.Panel value="logs">
            <PodLog pod={object} />
          </Tabs.Panel>
          <Tabs.Panel value="terminal">
            <Terminals pods={[object]} />
          </Tabs.Panel>
          <Tabs.Panel value="events">
            <Events object={object} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </Frame>
  )
}

/** What the tabs of the page lead to is not offered beside them once more. */
const inTabs = new Set([editObject.id, podLogs.id, podTerminal.id, releaseObject.id])

const look = (id: string) => (id === deleteObject.id ? 'light' : 'default')
