import { Box, Group, Switch, Text, TextInput } from '@mantine/core'
import { MagnifyingGlassIcon } from '@radix-ui/react-icons'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Refused } from '../data/api.ts'
import { added, emptyTail, readTail } from '../data/tail.ts'
import { useWords } from './language.tsx'

const lineHeight = 20
const height = 420
const spare = 20

/** A live log: only the lines in sight are in the page, so that its size does not matter. */
export function LogView({ path, label }: { path: string; label: string }) {
  const { t } = useWords()
  const { tail, problem } = useTail(path)
  const [isFollowing, setFollowing] = useState(true)
  const [wanted, setWanted] = useState('')
  const [top, setTop] = useState(0)
  const box = useRef<HTMLDivElement>(null)
  const lines =
    wanted === '' ? tail.lines : tail.lines.filter((line) => line.toLowerCase().includes(wanted.toLowerCase()))
  const count = lines.length

  useLayoutEffect(() => {
    if (isFollowing && box.current) box.current.scrollTop = count * lineHeight
  }, [count, isFollowing])

  const first = Math.max(0, Math.floor(top / lineHeight) - spare)
  const shown = lines.slice(first, first + Math.ceil(height / lineHeight) + 2 * spare)
  return (
    <Box>
      <Group justify="space-between" mb="xs" gap="xs">
        <TextInput
          size="xs"
          leftSection={<MagnifyingGlassIcon width={14} height={14} />}
          placeholder={t('log.search')}
          aria-label={t('log.search')}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <Switch
          size="sm"
          label={t('log.follow')}
          checked={isFollowing}
          onChange={(event) => setFollowing(event.currentTarget.checked)}
        />
      </Group>
      <Box
        ref={box}
        className="log"
        role="log"
        aria-label={label}
        tabIndex={0}
        style={{ height }}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          setTop(scrollTop)
          setFollowing(scrollHeight - scrollTop - clientHeight < lineHeight * 2)
        }}
      >
        {count === 0 ? (
          <Text size="sm" c="dimmed" p="sm">
            {problem ?? t('log.empty')}
          </Text>
        ) : (
          <div style={{ height: count * lineHeight, position: 'relative' }}>
            <div style={{ position: 'absolute', top: first * lineHeight }}>
              {shown.map((line, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the place in the log is a line's identity
                <div key={first + i} className="log-line">
                  {line || ' '}
                </div>
              ))}
            </div>
          </div>
        )}
      </Box>
      {problem && count > 0 && (
        <Text size="xs" c="orange" mt={4}>
          {problem}
        </Text>
      )}
    </Box>
  )
}

/** Reads until the log ends; a lost connection is taken up again from the start of what the server gives. */
function useTail(path: string) {
  const { t } = useWords()
  const [tail, setTail] = useState(emptyTail)
  const [problem, setProblem] = useState<string>()
  const lost = t('log.lost')
  useEffect(() => {
    const stop = new AbortController()
    async function read() {
      while (!stop.signal.aborted) {
        setTail(emptyTail)
        try {
          await readTail(path, { signal: stop.signal, onLines: (lines) => setTail((now) => added(now, lines)) })
          setProblem(undefined)
          return
        } catch (error) {
          if (stop.signal.aborted) return
          if (error instanceof Refused) return setProblem(error.message)
          setProblem(lost)
          await new Promise((resolve) => setTimeout(resolve, 1_000))
        }
      }
    }
    void read()
    return () => stop.abort()
  }, [path, lost])
  return { tail, problem }
}
