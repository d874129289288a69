import { ActionIcon, Box, Button, Group, Text, TextInput, Tooltip } from '@mantine/core'
import { DownloadIcon, MagnifyingGlassIcon, PauseIcon, PlayIcon } from '@radix-ui/react-icons'
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'wouter'
import { type LogBuffer, type LogLine, logBuffer } from '../data/log-buffer.ts'
import { type LogState, readLog } from '../data/log-stream.ts'
import { useWords } from './language.tsx'
import { LogLineView } from './log-line.tsx'

export const lineHeight = 20
const spare = 20

interface Props {
  /** Server-sent events `line`. */
  path: string
  /** Where the whole log is as text, for taking along. */
  download: string
  label: string
  // biome-ignore lint/suspicious/noExplicitAny: each stream has its own fields
  lineOf: (data: any) => LogLine
  /** Whether lines say who wrote them. */
  withFrom?: boolean
  /** Line numbers that can be linked (`?line=`): for logs that always begin at the same line. */
  numbered?: boolean
  /** Beside the search field. */
  tools?: ReactNode
  /** Where the events come from when not from a request for `path`; the same function at every render. */
  open?: (path: string, signal: AbortSignal) => Promise<AsyncIterable<string>>
}

/**
 * A live log: search, pause, context, download. Only the lines in sight are in the page, and what comes in is shown at most
 * sixteen times a second, so neither size nor speed matters. While it is paused, lines are kept but not shown.
 */
export function LogView({ path, download, label, lineOf, withFrom = false, numbered = false, tools, open }: Props) {
  const { t } = useWords()
  const [search, setSearch] = useSearchParams()
  const wantedLine = numbered ? Number(search.get('line')) || undefined : undefined
  const { buffer, version, state } = useLog(path, lineOf, open)
  const [isFollowing, setFollowing] = useState(!wantedLine)
  const [wanted, setWanted] = useState('')
  const [pausedAt, setPausedAt] = useState<ReturnType<LogBuffer['view']>>()
  const [focus, setFocus] = useState(wantedLine)
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(400)
  const box = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that the buffer has changed
  const now = useMemo(() => buffer.view(), [buffer, version, wanted])
  const view = pausedAt ?? now
  const { count } = view

  useLayoutEffect(() => {
    const resized = () => setHeight(box.current?.clientHeight ?? 400)
    resized()
    addEventListener('resize', resized)
    return () => removeEventListener('resize', resized)
  }, [])
  useLayoutEffect(() => {
    if (isFollowing && !pausedAt && box.current) box.current.scrollTop = count * lineHeight
  }, [count, isFollowing, pausedAt])
  const reached = focus !== undefined && view.dropped + view.total >= focus
  useLayoutEffect(() => {
    if (focus === undefined || !reached || !box.current) return
    box.current.scrollTop = Math.max(0, view.placeOf(focus - 1) * lineHeight - box.current.clientHeight / 2)
  }, [focus, reached, view.placeOf])

  const find = (text: string) => {
    setPausedAt(undefined)
    buffer.search(text)
    setWanted(text)
  }
  /** Out of the search, to where the line stands among the others. */
  const showContext = (position: number) => {
    find('')
    setFollowing(false)
    setFocus(position + 1)
    if (!numbered) return
    setSearch(
      (now) => new URLSearchParams([...now].filter(([key]) => key !== 'line').concat([['line', String(position + 1)]])),
      {
        replace: true,
      },
    )
  }
  const first = Math.max(0, Math.floor(top / lineHeight) - spare)
  const shown = Array.from({ length: Math.max(0, Math.min(count - first, Math.ceil(height / lineHeight) + 2 * spare)) })
  return (
    <Box>
      <Group justify="space-between" mb="xs" gap="xs">
        <Group gap="xs" className="grow">
          <TextInput
            size="xs"
            w={220}
            leftSection={<MagnifyingGlassIcon width={14} height={14} />}
            placeholder={t('log.search')}
            aria-label={t('log.search')}
            value={wanted}
            onChange={(event) => find(event.currentTarget.value)}
          />
          {wanted !== '' && (
            <Text size="xs" c="dimmed" role="status">
              {t('log.found', { count })}
            </Text>
          )}
          {tools}
        </Group>
        <Group gap={4}>
          {pausedAt && now.total + now.dropped > pausedAt.total + pausedAt.dropped && (
            <Text size="xs" c="dimmed">
              {t('log.behind', { count: now.total + now.dropped - pausedAt.total - pausedAt.dropped })}
            </Text>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={pausedAt ? <PlayIcon /> : <PauseIcon />}
            onClick={() => setPausedAt(pausedAt ? undefined : now)}
          >
            {t(pausedAt ? 'log.resume' : 'log.pause')}
          </Button>
          <Tooltip label={t('log.download')}>
            <ActionIcon
              component="a"
              href={download}
              download={`${label}.log`}
              variant="subtle"
              color="gray"
              aria-label={t('log.download')}
            >
              <DownloadIcon />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      <div className="log-frame">
        <section
          ref={box}
          className="log"
          aria-label={label}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            setTop(scrollTop)
            setFollowing(scrollHeight - scrollTop - clientHeight < lineHeight * 2)
          }}
        >
          {count === 0 ? (
            <Text size="sm" c="dimmed" p="sm">
              {state.kind === 'refused'
                ? state.error.message
                : wanted !== ''
                  ? t('common.noMatch', { text: wanted })
                  : t(state.kind === 'ended' ? 'log.nothing' : 'log.empty')}
            </Text>
          ) : (
            <div style={{ height: count * lineHeight }} className="log-lines">
              <div style={{ transform: `translateY(${first * lineHeight}px)` }}>
                {shown.map((_, i) => {
                  const { line, position } = view.at(first + i)
                  return (
                    <LogLineView
                      // A line keeps its element while it is in sight; when hundreds come at once, elements get other
                      // text rather than being made anew.
                      // biome-ignore lint/suspicious/noArrayIndexKey: places that go round are what is wanted
                      key={(first + i) % shown.length}
                      line={line}
                      number={numbered ? position + 1 : undefined}
                      withFrom={withFrom}
                      wanted={wanted}
                      isFocus={focus === position + 1}
                      onPick={wanted !== '' || numbered ? () => showContext(position) : undefined}
                    />
                  )
                })}
              </div>
            </div>
          )}
        </section>
        {!isFollowing && !pausedAt && count > 0 && (
          <Button
            className="log-end"
            size="compact-sm"
            variant="default"
            onClick={() => {
              setFocus(undefined)
              setFollowing(true)
            }}
          >
            {t('log.toEnd')}
          </Button>
        )}
      </div>
      <Text size="xs" c="dimmed" mt={6} role="status" mih={18}>
        {state.kind === 'lost' ? t('log.lost') : state.kind === 'ended' ? t('log.ended') : ''}
        {view.dropped > 0 && ` ${t('log.dropped', { count: view.dropped })}`}
      </Text>
    </Box>
  )
}

/** Reads the log of a path into a buffer; `version` changes when there is something new. */
function useLog(path: string, lineOf: Props['lineOf'], open: Props['open']) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another path is another log
  const buffer = useMemo(() => logBuffer(), [path])
  const [version, setVersion] = useState(0)
  const [state, setState] = useState<LogState>({ kind: 'open' })
  const make = useRef(lineOf)
  make.current = lineOf
  useEffect(() => {
    const stop = new AbortController()
    void readLog(path, {
      lineOf: (data) => make.current(data),
      onLines: (lines) => {
        buffer.add(lines)
        setVersion((one) => one + 1)
      },
      onState: setState,
      signal: stop.signal,
      ...(open && { open }),
    })
    return () => stop.abort()
  }, [path, buffer, open])
  return { buffer, version, state }
}
