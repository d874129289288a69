import { Group, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { type ReactNode, useMemo } from 'react'
import { useSearchParams } from 'wouter'
import { tracksFor } from '../data/column-widths.ts'
import { type ApiKind, apiPath, objectPath } from '../data/discovery.ts'
import { headingKey } from '../data/heading.ts'
import { useObjects } from '../data/live.ts'
import type { Row } from '../data/objects.ts'
import { wantedFrom } from '../data/search-words.ts'
import { Empty } from './empty.tsx'
import { KubeState } from './kube-state.tsx'
import { useWords } from './language.tsx'
import { Loaded } from './loaded.tsx'
import { RowLink } from './row-link.tsx'
import { State } from './state.tsx'
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
  const { t, said } = useWords()
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
  // How wide columns are is decided by the first rows, once: what comes later moves nothing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as said
  const sample = useMemo(() => rows.items.slice(0, 50), [rows.columns, rows.isLoaded])
  const isOurs = kind.group === 'sampan.dev'
  const columns = useMemo<TableColumn<Row>[]>(() => {
    const own = (rows.columns ?? []).flatMap(({ name, type, priority }, i) =>
      priority > 0 || name === 'Name' || name === 'Age' || name === 'Namespace' ? [] : [{ name, type, i }],
    )
    const isState = (name: string) => states.has(name) || (isOurs && name === 'State')
    // The one column there is room for on a phone.
    const main = Math.max(
      0,
      own.findIndex(({ name }) => isState(name)),
    )
    const titles = own.map(({ name }) => (headingKey(name) ? t(headingKey(name)!) : name))
    const tracks = tracksFor(
      titles,
      own.map(({ i }) => sample.map(({ cells }) => String(cells[i] ?? ''))),
    )
    const longestName = Math.max(18, ...sample.map(({ metadata }) => metadata.name.length))
    return [
      {
        key: 'name',
        title: t('common.name'),
        width: `minmax(140px, ${Math.min(44, longestName)}fr)`,
        sortBy: ({ metadata }) => metadata.name,
        cell: (row) => (
          <RowLink href={hrefOf ? hrefOf(row) : objectPath(kind, row.metadata)}>{row.metadata.name}</RowLink>
        ),
      },
      ...(kind.isNamespaced && !namespace
        ? [
            {
              key: 'namespace',
              title: t('column.namespace'),
              width: 'minmax(90px, 16fr)',
              hide: 1 as const,
              sortBy: ({ metadata }: Row) => metadata.namespace ?? '',
              cell: ({ metadata }: Row) => <Cell dimmed>{metadata.namespace ?? ''}</Cell>,
            },
          ]
        : []),
      ...own.map(({ name, type, i }, place) => ({
        key: name,
        title: titles[place]!,
        width: isState(name) ? 'minmax(118px, 12fr)' : tracks[place]!,
        ...(place !== main && { hide: (place > 2 ? 2 : 1) as 1 | 2 }),
        sortBy: ({ cells }: Row) => cells[i] as string | number,
        cell: ({ cells }: Row) =>
          type === 'date' && cells[i] ? (
            <When time={String(cells[i])} />
          ) : isOurs && name === 'State' && cells[i] ? (
            <State value={String(cells[i])} size="sm" />
          ) : states.has(name) && cells[i] ? (
            <KubeState value={String(cells[i])} />
          ) : (
            <Cell>{isOurs ? said(String(cells[i] ?? '')) : String(cells[i] ?? '')}</Cell>
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
  }, [rows.columns, sample, kind, namespace, t, said, isOurs, menu, hrefOf])
  const shown = useMemo(() => {
    const text = wantedFrom(wanted).name
    return rows.items.filter(
      (row) => (isShown?.(row) ?? true) && (text === '' || row.metadata.name.toLowerCase().includes(text)),
    )
  }, [rows.items, wanted, isShown])
  const isNothing = rows.isLoaded && rows.items.length === 0 && wanted === ''
  return (
    <>
      {!isPlain && (!isNothing || actions) && (
        <Group justify="space-between" mb="sm" gap="xs" className="tools">
          <TextInput
            size="xs"
            className="tools-search"
            display={isNothing ? 'none' : undefined}
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
          <Group gap="sm" className="tools-own">
            {rows.isLoaded && !rows.isComplete && (
              <Text size="xs" c="dimmed" role="status">
                {t('common.loadingRest', { count: rows.items.length })}
              </Text>
            )}
            {actions}
          </Group>
        </Group>
      )}
      <Loaded
        query={rows}
        isEmpty={() => shown.length === 0 && wanted === ''}
        empty={empty ?? <Nothing kind={kind.kind} isNamespaced={kind.isNamespaced && namespace !== undefined} />}
      >
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

function Nothing({ kind, isNamespaced }: { kind: string; isNamespaced: boolean }) {
  const { t } = useWords()
  return (
    <Empty title={t('common.noneOfKind', { kind })}>
      {t(isNamespaced ? 'common.noneInNamespace' : 'common.noneOfKindHelp')}
    </Empty>
  )
}
