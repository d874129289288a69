import { Badge, Button, Select } from '@mantine/core'
import { PlusIcon } from '@radix-ui/react-icons'
import { useCallback } from 'react'
import { Link } from 'wouter'
import { objectActions } from '../../actions/object.ts'
import { type ApiKind, apiVersionOf, kindByWord, kindWord, versionsOf } from '../../data/discovery.ts'
import { useNamespaces } from '../../data/namespaces.ts'
import type { Row } from '../../data/objects.ts'
import { useMay } from '../../data/permissions.ts'
import { useQueryState } from '../../data/query-state.ts'
import { useKinds, useKnownKinds } from '../../data/use-kinds.ts'
import { ActionMenu } from '../../parts/action-menu.tsx'
import { Empty } from '../../parts/empty.tsx'
import { type ExtraColumn, KindTable } from '../../parts/kind-table.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded, Loading } from '../../parts/loaded.tsx'
import { NamespaceSelect, useChosenNamespace } from '../../parts/namespace-select.tsx'
import { Page as Frame } from '../../parts/page.tsx'

/** Every object of any kind the server has, built-in or custom. */
export function Page({ kind: word }: { kind: string }) {
  const { t } = useWords()
  const kinds = useKinds()
  const [version] = useQueryState('version')
  return (
    <Loaded query={kinds}>
      {(all) => {
        const kind = kindByWord(all, word, version)
        if (kind) return <KindPage key={`${word} ${kind.version}`} kind={kind} />
        return <Empty title={t('cluster.unknownKind')}>{t('cluster.unknownKindHelp', { kind: word })}</Empty>
      }}
    </Loaded>
  )
}

function KindPage({ kind }: { kind: ApiKind }) {
  const { t } = useWords()
  return (
    <Frame
      title={kind.kind}
      trail={[{ label: t('cluster.kinds'), href: '/cluster/kinds' }]}
      beside={<Versions kind={kind} />}
    >
      <KindList kind={kind} />
    </Frame>
  )
}

/** The version shown; where there are several, the one to show. */
function Versions({ kind }: { kind: ApiKind }) {
  const { t } = useWords()
  const all = versionsOf(useKnownKinds(), kindWord(kind))
  const [, choose] = useQueryState('version')
  if (all.length < 2)
    return (
      <Badge color="gray" variant="default">
        {apiVersionOf(kind)}
      </Badge>
    )
  return (
    <Select
      size="xs"
      w={260}
      maw="100%"
      aria-label={t('column.version')}
      data={all.map((one) => ({ value: one.version, label: apiVersionOf(one) }))}
      value={kind.version}
      onChange={(value) => choose(value && value !== all[0]!.version ? value : '')}
      allowDeselect={false}
    />
  )
}

/** The list of a kind with its namespace filter and the actions of its rows. */
export function KindList({ kind, extra }: { kind: ApiKind; extra?: readonly ExtraColumn[] }) {
  const { t } = useWords()
  const namespaces = useNamespaces()
  const chosen = useChosenNamespace(namespaces)
  const namespace = kind.isNamespaced ? chosen : undefined
  const may = useMay({ verb: 'create', group: kind.group, resource: kind.plural, ...(namespace && { namespace }) })
  const menu = useCallback(
    ({ metadata: { name, namespace: own } }: Row) => (
      <ActionMenu
        actions={objectActions}
        target={{ kind, name, ...(own && { namespace: own }) }}
        label={`${t('common.more')}: ${name}`}
      />
    ),
    [kind, t],
  )
  if (!namespaces.isKnown) return <Loading />
  return (
    <KindTable
      kind={kind}
      {...(namespace && { namespace })}
      menu={menu}
      {...(extra && { extra })}
      actions={
        <>
          {kind.isNamespaced && <NamespaceSelect namespaces={namespaces} />}
          {may && kind.verbs.includes('create') && (
            <Button
              component={Link}
              href={`/cluster/create?kind=${kindWord(kind)}${namespace ? `&ns=${namespace}` : ''}`}
              size="xs"
              variant="default"
              leftSection={<PlusIcon />}
            >
              {t('cluster.create')}
            </Button>
          )}
        </>
      }
    />
  )
}
