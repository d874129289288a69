import { memo } from 'react'
import { marked, piecesOf } from '../data/ansi.ts'
import type { LogLine } from '../data/log-buffer.ts'
import { clockTime, clockTimeExact } from '../data/when.ts'

interface Props {
  line: LogLine
  number?: number
  withFrom: boolean
  wanted: string
  isFocus: boolean
  onPick?: () => void
}

/** Where the part begins that tells instances and steps apart: narrow windows show only that. */
const headOf = (from: string) => Math.max(from.lastIndexOf('-'), from.lastIndexOf('/')) + 1

/** One line, as text whatever is in it. */
export const LogLineView = memo(
  function LogLineView({ line: { time, from, text }, number, withFrom, wanted, isFocus, onPick }: Props) {
    return (
      <div className="log-line" data-focus={isFocus || undefined}>
        {number !== undefined && (
          <button type="button" className="log-number" onClick={onPick} aria-label={`${number}`} tabIndex={-1}>
            {number}
          </button>
        )}
        {number === undefined && onPick && (
          <button type="button" className="log-number" onClick={onPick} aria-label={time}>
            ↳
          </button>
        )}
        <time className="log-time" dateTime={time} title={clockTimeExact(time)}>
          {clockTime(time, Date.now())}{' '}
        </time>
        {withFrom && (
          <span className="log-from" title={from}>
            <span className="log-from-head">{from.slice(0, headOf(from))}</span>
            {from.slice(headOf(from))}{' '}
          </span>
        )}
        {marked(piecesOf(text), wanted).map((piece, i) => {
          const Tag = piece.isFound ? 'mark' : 'span'
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no other identity
            <Tag key={i} data-colour={piece.colour} data-bold={piece.isBold || undefined}>
              {piece.text}
            </Tag>
          )
        })}
      </div>
    )
  },
  (a, b) =>
    a.line === b.line &&
    a.number === b.number &&
    a.wanted === b.wanted &&
    a.isFocus === b.isFocus &&
    (a.onPick === undefined) === (b.onPick === undefined),
)
