import { Group, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { fitting, pillWidth, trackOf, widthsFor } from '../data/column-widths.ts'
import { type ApiKind, apiPath, kindWord, objectPath } from '../data/discovery.ts'
import { headingText } from '../data/heading.ts'
import {
  cellText,
  isNothing as isNothingIn,
  isShort,
  isTime,
  type KindColumn,
  kindColumns,
  orderOf,
  shownText,
} from '../data/kind-columns.ts'
import { kubeStateKey } from '../data/kube-state.ts'
import { useObjects } from '../data/live.ts'
import type { Row } from '../data/objects.ts'
import { wantedFrom } from '../data/search-words.ts'
import { ColumnMenu, useColumnChoice } from './column-menu.tsx'
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
  /** Columns the definition does not have, behind its own. */
  extra?: readonly ExtraColumn[]
  /** Leaves out rows that are nobody's business here. */
  isShown?: (row: Row) => boolean
}

export interface ExtraColumn {
  key: string
  title: string
  /** In pixels. */
  least: number
  sortBy?: (row: Row) => string | number
  cell: (row: Row) => ReactNode
}

const noExtra: readonly ExtraColumn[] = []

/**
 * Every object of a kind with the columns of its definition (printer columns of built-in kinds, additionalPrinterColumns of
 * custom ones), as the server says them; live, paged on the server, searched by name, label and field (`?q=`).
 */
export function KindTable({
  kind,
  namespace,
  labels,
  fields,
  menu,
  actions,
  empty,
  hrefOf,
  isPlain,
  isShown,
  extra = noExtra,
}: Props) {
  const { t, said, language } = useWords()
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
  const own = useMemo(() => kindColumns(rows.columns, sample), [rows.columns, sample])
  const box = useRef<HTMLDivElement>(null)
  const room = useRoom(box)
  const [choice, choose] = useColumnChoice(kindWord(kind))
  const { columns, titles, fits } = useMemo(() => {
    const isState = ({ name }: KindColumn) => states.has(name) || (isOurs && name === 'State')
    // The one column there is room for on a phone.
    const main = own.find(isState) ?? own.find(({ isWide }) => !isWide)
    const titleOf = (name: string) => headingText(language, name)
    const textOf = (column: KindColumn, cell: unknown) => {
      const text = shownText(column, cell)
      const key = isState(column) && !isOurs ? kubeStateKey(text) : undefined
      return key ? t(key) : isOurs ? said(text) : text
    }
    const cells = own.map((column) => sample.map(({ cells }) => textOf(column, cells[column.at])))
    const widths = widthsFor(
      own.map(({ name }) => titleOf(name)),
      cells,
    ).map((width, i) => (isState(own[i]!) ? { least: pillWidth(cells[i]!), weight: 12 } : width))
    const longestName = Math.max(18, ...sample.map(({ metadata }) => metadata.name.length))
    const name = room < phone ? 140 : Math.min(280, Math.max(140, Math.round(longestName * 7.6)))
    const namespaceWidth = { least: room < phone ? 90 : 120, weight: 16 }
    const withNamespace = kind.isNamespaced && !namespace
    const rankOf = (column: KindColumn) => {
      if (choice[column.name]) return 1
      return column === main ? 2 : column.isEmpty ? 6 : 5
    }
    const wanted = own.filter(({ name, isWide }) => choice[name] ?? !isWide)
    const fits = fitting(
      [
        { key: 'name', least: name, rank: 0 },
        ...(menu ? [{ key: 'menu', least: 36, rank: 0 }] : []),
        ...(withNamespace ? [{ key: 'namespace', least: namespaceWidth.least, rank: 3 }] : []),
        { key: 'age', least: 96, rank: 4 },
        ...extra.map(({ key, least }) => ({ key, least, rank: 3 })),
        ...wanted.map((column) => ({
          key: column.name,
          least: widths[own.indexOf(column)]!.least,
          rank: rankOf(column),
        })),
      ],
      room - 34,
    )
    const columns: TableColumn<Row>[] = [
      {
        key: 'name',
        title: t('common.name'),
        width: trackOf({ least: name, weight: Math.min(44, longestName) }),
        sortBy: ({ metadata }) => metadata.name,
        cell: (row) => (
          <RowLink href={hrefOf ? hrefOf(row) : objectPath(kind, row.metadata)}>{row.metadata.name}</RowLink>
        ),
      },
      ...(withNamespace
        ? [
            {
              key: 'namespace',
              title: t('column.namespace'),
              width: trackOf(namespaceWidth),
              sortBy: ({ metadata }: Row) => metadata.namespace ?? '',
              cell: ({ metadata }: Row) => <Cell dimmed>{metadata.namespace ?? ''}</Cell>,
            },
          ]
        : []),
      ...own.map((column, i) => ({
        key: column.name,
        title: titleOf(column.name),
        width: trackOf(widths[i]!),
        sortBy: ({ cells }: Row) => orderOf(column.type, cells[column.at]),
        cell: (row: Row) => <KindCell column={column} row={row} all={own} isOurs={isOurs} />,
      })),
      ...extra.map(({ least, ...column }) => ({ ...column, width: trackOf({ least, weight: 14 }) })),
      {
        key: 'age',
        title: t('column.age'),
        width: 'minmax(96px, 110px)',
        sortBy: ({ metadata }) => -Date.parse(metadata.creationTimestamp ?? '0'),
        cell: ({ metadata }) => (metadata.creationTimestamp ? <When time={metadata.creationTimestamp} /> : null),
      },
      ...(menu
        ? [{ key: 'menu', title: '', width: '36px', cell: menu, alignRight: true } satisfies TableColumn<Row>]
        : []),
    ]
    return {
      columns: columns.filter(({ key }) => fits.has(key)),
      titles: own.map(({ name }) => ({ key: name, title: titleOf(name) })),
      fits,
    }
  }, [own, sample, room, choice, kind, namespace, t, said, language, isOurs, menu, hrefOf, extra])
  const shown = useMemo(() => {
    const text = wantedFrom(wanted).name
    return rows.items.filter(
      (row) => (isShown?.(row) ?? true) && (text === '' || row.metadata.name.toLowerCase().includes(text)),
    )
  }, [rows.items, wanted, isShown])
  const isNothing = rows.isLoaded && rows.items.length === 0 && wanted === ''
  return (
    <div ref={box}>
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
          {rows.isLoaded && !isNothing && (
            <Text size="xs" c="dimmed" role="status" className="tools-count">
              {!rows.isComplete
                ? t('common.loadingRest', { count: rows.items.length })
                : shown.length < rows.items.length
                  ? t('cluster.someOf', { shown: shown.length, all: rows.items.length })
                  : t('cluster.count', { count: rows.items.length })}
            </Text>
          )}
          <Group gap="xs" className="tools-own">
            {actions}
            {titles.length > 1 && !isNothing && (
              <ColumnMenu columns={titles} shown={fits} choice={choice} onChange={choose} />
            )}
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
    </div>
  )
}

/** Narrower than this it is a phone. */
const phone = 520

/** How wide the element is, in pixels. */
function useRoom(box: { readonly current: HTMLElement | null }): number {
  const [room, setRoom] = useState(1000)
  useLayoutEffect(() => {
    const measure = () => box.current && setRoom(box.current.clientWidth)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(box.current!)
    return () => observer.disconnect()
  }, [box])
  return room
}

interface KindCellProps {
  column: KindColumn
  row: Row
  all: readonly KindColumn[]
  isOurs: boolean
}

function KindCell({ column, row: { cells }, all, isOurs }: KindCellProps) {
  const { said } = useWords()
  const { name, type, at } = column
  const text = shownText(column, cells[at])
  if (text === '') return null
  if (type === 'date' && isTime(text)) return <When time={text} />
  if (isOurs && name === 'State') return <State value={text} size="sm" />
  const ready = all.find((one) => one.name === 'Ready')
  const isLacking = ready !== undefined && isShort(cellText(cells[ready.at]))
  if (states.has(name)) return <KubeState value={text} isLacking={isLacking} />
  if (column === ready && isLacking && !isOver(cells, all)) return <Cell isShort>{text}</Cell>
  return (
    <Cell dimmed={isNothingIn(text)} {...(text !== cellText(cells[at]) && { title: cellText(cells[at]) })}>
      {isOurs ? said(text) : text}
    </Cell>
  )
}

/** What has done its work need not be ready. */
const isOver = (cells: readonly unknown[], all: readonly KindColumn[]) =>
  all.some(({ name, at }) => states.has(name) && ['Completed', 'Succeeded'].includes(cellText(cells[at])))

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
