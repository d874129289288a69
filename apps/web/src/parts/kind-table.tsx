import { Anchor, Group, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { type ReactNode, useMemo } from 'react'
import { Link, useSearchParams } from 'wouter'
import { type ApiKind, apiPath, objectPath } from '../data/discovery.ts'
import { headingKey } from '../data/heading.ts'
import { useObjects } from '../data/live.ts'
import type { Row } from '../data/objects.ts'
import { wantedFrom } from '../data/search-words.ts'
import { Empty } from './empty.tsx'
import { KubeState } from './kube-state.tsx'
import { useWords } from './language.tsx'
import { Loaded } from './loaded.tsx'
import { Cell, type TableColumn, VirtualTable } from './virtual-table.tsx'
import { When } from './when.tsx'

interface Props {
  kind: Pick<ApiKind, 'group' | 'version' | 'plural' | 'kind' | 'isNamespaced'>
  /** Without one: of all namespaces. */
  namespace?: string
  labels?: string
  fields?: string
  /** Of every row, at its right end. */
  menu?: (row: Row) => ReactNode
  /** Beside the search field. */
  actions?: ReactNode
  empty?: ReactNode
  hrefOf?: (row: Row) => string
  /** Without search: one of several lists of a page. */
  isPlain?: boolean
  /** Leaves out rows that are nobody's business here. */
  isShown?: (row: Row) => boolean
}

/**
 * Every object of a kind with the columns of its definition (printer columns of built-in kinds, additionalPrinterColumns of
 * custom ones), as the server says them; live, paged on the server, searched by name, label and field (`?q=`).
 */
export function KindTable({ kind, namespace, labels, fields, menu, actions, empty, hrefOf, isPlain, isShown }: Props) {
  const { t } = useWords()
  const [search, setSearch] = useSearchParams()
  const wanted = isPlain ? '' : (search.get('q') ?? '')
  // What the server selects by is asked once the person has stopped typing; names are looked for at once.
  const [settled] = useDebouncedValue(wanted, 400)
  const asked = wantedFrom(settled)
  const rows = useObjects<Row>({
    path: apiPath(kind, { namespace }),
    labels: both(labels, asked.labels),
    fields: both(fields, asked.fields),
    form: 'table',
  })
  const columns = useMemo<TableColumn<Row>[]>(() => {
    const own = (rows.columns ?? []).flatMap(({ name, type, priority }, i) =>
      priority > 0 || name === 'Name' || name === 'Age' || name === 'Namespace' ? [] : [{ name, type, i }],
    )
    // The one column there is room for on a phone.
    const main = Math.max(
      0,
      own.findIndex(({ name }) => states.has(name)),
    )
    return [
      {
        key: 'name',
        title: t('common.name'),
        width: 'minmax(140px, 2.4fr)',
        sortBy: ({ metadata }) => metadata.name,
        cell: (row) => {
          const href = hrefOf ? hrefOf(row) : objectPath(kind, row.metadata)
          return (
            <Anchor component={Link} href={href} size="sm" fw={500} truncate display="block" title={row.metadata.name}>
              {row.metadata.name}
            </Anchor>
          )
        },
      },
      ...(kind.isNamespaced && !namespace
        ? [
            {
              key: 'namespace',
              title: t('column.namespace'),
              hide: 1 as const,
              sortBy: ({ metadata }: Row) => metadata.namespace ?? '',
              cell: ({ metadata }: Row) => <Cell dimmed>{metadata.namespace ?? ''}</Cell>,
            },
          ]
        : []),
      ...own.map(({ name, type, i }, place) => ({
        key: name,
        title: headingKey(name) ? t(headingKey(name)!) : name,
        ...(place !== main && { hide: (place > 2 ? 2 : 1) as 1 | 2 }),
        sortBy: ({ cells }: Row) => cells[i] as string | number,
        cell: ({ cells }: Row) =>
          type === 'date' && cells[i] ? (
            <When time={String(cells[i])} />
          ) : states.has(name) && cells[i] ? (
            <KubeState value={String(cells[i])} />
          ) : (
            <Cell>{String(cells[i] ?? '')}</Cell>
          ),
      })),
      {
        key: 'age',
        title: t('column.age'),
        width: 'minmax(90px, 110px)',
        hide: 1,
        sortBy: ({ metadata }) => -Date.parse(metadata.creationTimestamp ?? '0'),
        cell: ({ metadata }) => (metadata.creationTimestamp ? <When time={metadata.creationTimestamp} /> : null),
      },
      ...(menu
        ? [{ key: 'menu', title: '', width: '36px', cell: menu, alignRight: true } satisfies TableColumn<Row>]
        : []),
    ]
  }, [rows.columns, kind, namespace, t, menu, hrefOf])
  const shown = useMemo(() => {
    const text = wantedFrom(wanted).name
    return rows.items.filter(
      (row) => (isShown?.(row) ?? true) && (text === '' || row.metadata.name.toLowerCase().includes(text)),
    )
  }, [rows.items, wanted, isShown])
  return (
    <>
      {!isPlain && (
        <Group justify="space-between" mb="sm" gap="xs">
          <TextInput
            size="xs"
            w={280}
            leftSection={<MagnifyingGlassIcon />}
            placeholder={t('common.filterObjects')}
            aria-label={t('common.filterObjects')}
            title={t('common.filterHelp')}
            value={wanted}
            onChange={(event) => {
              const text = event.currentTarget.value
              setSearch(
                (now) => {
                  if (text) now.set('q', text)
                  else now.delete('q')
                  return now
                },
                { replace: true },
              )
            }}
          />
          <Group gap="sm">
            {rows.isLoaded && !rows.isComplete && (
              <Text size="xs" c="dimmed" role="status">
                {t('common.loadingRest', { count: rows.items.length })}
              </Text>
            )}
            {actions}
          </Group>
        </Group>
      )}
      <Loaded query={rows} isEmpty={() => shown.length === 0 && wanted === ''} empty={empty ?? <Nothing />}>
        {() =>
          shown.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('common.noMatch', { text: wanted })}
            </Text>
          ) : (
            <VirtualTable
              label={kind.kind}
              columns={columns}
              items={shown}
              keyOf={({ metadata }) => metadata.uid ?? metadata.name}
              hrefOf={(row) => (hrefOf ? hrefOf(row) : objectPath(kind, row.metadata))}
              order={{ key: 'name', isDescending: false }}
              rowHeight={40}
            />
          )
        }
      </Loaded>
    </>
  )
}

/** Headings of the server's tables whose cells are states. */
const states = new Set(['Status', 'Phase'])

const both = (one: string | undefined, other: string | undefined) => [one, other].filter(Boolean).join(',') || undefined

function Nothing() {
  const { t } = useWords()
  return <Empty title={t('common.nothing')} />
}
