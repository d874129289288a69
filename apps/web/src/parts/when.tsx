import { Text, Tooltip } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ago, exact } from '../data/when.ts'
import { useWords } from './language.tsx'

/** How long ago, with the exact time on hovering; moves on by itself. */
export function When({ time }: { time: string }) {
  const { language } = useWords()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 10_000)
    return () => clearInterval(timer)
  }, [])
  return (
    <Tooltip label={exact(time, language)}>
      <Text span size="sm" c="dimmed">
        {ago(time, language, now)}
      </Text>
    </Tooltip>
  )
}
