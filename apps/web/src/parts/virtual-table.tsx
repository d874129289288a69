import { CaretDownIcon, CaretUpIcon } from '@radix-ui/react-icons'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, memo, type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { type Order, ordered } from '../data/order.ts'

export interface TableColumn<T> {
  key: string
  title: string
  cell: (item: T) => ReactNode
  /** A track of a CSS grid; default `minmax(90px, 1fr)`. */
  width?: string
  /** Makes the column one to order by. */
  sortBy?: (item: T) => string | number
  /** Not shown on phones (1) or on narrow windows (2). */
  hide?: 1 | 2
  alignRight?: boolean
}

interface Props<T> {
  label: string
  columns: readonly TableColumn<T>[]
  items: readonly T[]
  keyOf: (item: T) => string
  /** Where a click on the row leads; the first cell should have the link for keyboards. */
  hrefOf?: (item: T) => string
  /** Without one: as the items come. */
  order?: Order
  rowHeight?: number
}

/** A table of any length: only the rows in sight are in the page. Rows have one height. */
export function VirtualTable<T>({ label, columns, items, keyOf, hrefOf, order: first, rowHeight = 44 }: Props<T>) {
  const [, go] = useLocation()
  const [order, setOrder] = useState<Order | undefined>(first)
  const body = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const sortBy = columns.find(({ key }) => key === order?.key)?.sortBy
  const rows = useMemo(() => (order && sortBy ? ordered(items, sortBy, order) : items), [items, order, sortBy])
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), [])
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (i) => keyOf(rows[i]!),
  })
  const style = {
    '--tracks': tracksWithout(columns, []),
    '--tracks-narrow': tracksWithout(columns, [2]),
    '--tracks-phone': tracksWithout(columns, [1, 2]),
  } as CSSProperties
  const turn = (key: string) => setOrder((now) => ({ key, isDescending: now?.key === key ? !now.isDescending : false }))
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows of a virtual table are placed, which elements of a table cannot be
    <div className="table" role="table" aria-label={label} aria-rowcount={rows.length + 1} style={style}>
      {/* biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above */}
      <div className="table-head" role="row" aria-rowindex={1}>
        {columns.map(({ key, title, sortBy, hide, alignRight }) => (
          // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: as above
          <div
            key={key}
            role="columnheader"
            data-hide={hide}
            data-right={alignRight || undefined}
            aria-sort={order?.key === key ? (order.isDescending ? 'descending' : 'ascending') : undefined}
          >
            {sortBy ? (
              <button type="button" className="table-sort" onClick={() => turn(key)}>
                {title}
                {order?.key === key && (order.isDescending ? <CaretDownIcon /> : <CaretUpIcon />)}
              </button>
            ) : (
              title
            )}
          </div>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div ref={body} role="rowgroup" className="table-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => {
          const item = rows[index]!
          return (
            <Row
              key={key}
              item={item}
              index={index}
              columns={columns as readonly TableColumn<unknown>[]}
              href={hrefOf?.(item)}
              offset={start - top}
              height={rowHeight}
              go={go}
            />
          )
        })}
      </div>
    </div>
  )
}

interface RowProps {
  item: unknown
  index: number
  columns: readonly TableColumn<unknown>[]
  href: string | undefined
  offset: number
  height: number
  go: (path: string) => void
}

/** Drawn again only when it shows something else: scrolling moves rows, it does not make them. */
const Row = memo(function Row({ item, index, columns, href, offset, height, go }: RowProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the link in the row has the keys
    <div
      role="row"
      aria-rowindex={index + 2}
      className="table-row"
      data-link={href ? true : undefined}
      style={{ transform: `translateY(${offset}px)`, height }}
      onClick={(event) => {
        if (href && !(event.target as HTMLElement).closest('a,button,[role=menuitem]')) go(href)
      }}
    >
      {columns.map(({ key, cell, hide, alignRight }) => (
        // biome-ignore lint/a11y/useSemanticElements: as in the table
        <div key={key} role="cell" data-hide={hide} data-right={alignRight || undefined}>
          {cell(item)}
        </div>
      ))}
    </div>
  )
})

const tracksWithout = (columns: readonly { hide?: number; width?: string }[], hidden: readonly number[]) =>
  columns
    .filter(({ hide }) => !hide || !hidden.includes(hide))
    .map(({ width = 'minmax(90px, 1fr)' }) => width)
    .join(' ')

interface CellProps {
  children: string | number
  dimmed?: boolean
  /** Fewer than there should be. */
  isShort?: boolean
  /** Whole, where what is shown is not. */
  title?: string
}

/** A cell of plain text that is cut rather than wrapped; whole on hovering. */
export const Cell = ({ children, dimmed, isShort, title }: CellProps) => (
  <span className={dimmed ? 'cell dimmed' : 'cell'} data-short={isShort || undefined} title={title ?? String(children)}>
    {children}
  </span>
)
