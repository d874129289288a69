import { Text, Tooltip } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { ago, exact, passing } from '../data/when.ts'
import { useWords } from './language.tsx'

/** How long ago, with the exact time on hovering; moves on by itself. */
export function When({ time, inline }: { time: string; inline?: boolean }) {
  const { language } = useWords()
  const now = useSyncExternalStore(passing.listen, passing.now)
  return (
    <Tooltip label={exact(time, language)}>
      <Text
        component="time"
        dateTime={time}
        span
        size={inline ? undefined : 'xs'}
        c={inline ? undefined : 'dimmed'}
        inherit={inline}
        className="when"
      >
        {ago(time, language, now)}
      </Text>
    </Tooltip>
  )
}
